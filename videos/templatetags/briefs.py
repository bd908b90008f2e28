"""What templates need to speak of briefs: spans of time, the day of a place, whom one asks."""

import math
import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import template
from django.db.models import Count, Window
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.timezone import localtime

from campaign import languages
from campaign.models import Campaign
from campaign.prepared import Given, Prepared
from videos import asking, clocks, routing
from videos.board import Group
from videos.daylight import Light
from videos.models import Brief, Place, Storyteller
from videos.templatetags.fill import fill
from videos.wording import Words

register = template.Library()

#: The bar of a day in pixels, whatever the screen: its hours are read, not measured.
DAY_WIDE = 288
#: Closer to one another than this, the bar's figures would touch.
FIGURE_WIDE = 36


_OPEN_BRIEFS = Prepared(
    lambda: (
        Brief.objects.unsettled()
        .filter(campaign=Given("campaign"))
        .order_by()
        .values_list(Window(Count("pk")), flat=True)[:1]
    )
)


@register.simple_tag
def open_briefs(campaign: Campaign) -> int:
    """How many London waits for or must decide on, beside “Briefs” on every page."""
    return _OPEN_BRIEFS.first(campaign=campaign.pk) or 0


@register.filter
def data_size(size: float) -> str:
    """44 kB, 7.9 MB, 38 MB: as the crew's phone says it."""
    if size < 950_000:
        return f"{math.ceil(size / 1000)} kB"
    megabytes = size / 1_000_000
    return f"{megabytes:.1f} MB" if megabytes < 20 else f"{megabytes:.0f} MB"


@register.filter
def took(span: timedelta | None) -> str:
    """40 s, 8 min, 2 h 05; nothing for what is not known."""
    return clocks.minutes(span) if span is not None else ""


@register.filter
def hours(span: timedelta) -> str:
    """1 h 48 min"""
    return routing.hours(span)


@register.filter
def there(moment: datetime) -> str:
    """The hour and minute on the clock that the moment was given with, which is a place's own."""
    return f"{moment:%H:%M}"


@register.filter
def in_english(language: str) -> str:
    """London's name of a language."""
    return asking.language_name(language)


@register.filter
def since(later: datetime, earlier: datetime) -> timedelta:
    return later - earlier


@register.filter
def due(deadline: datetime) -> str:
    """in 26 min; 14 min late"""
    left = deadline - timezone.now()
    if left < timedelta():
        return f"{clocks.minutes(-left)} late"
    return f"in {clocks.minutes(left)}"


@register.filter
def of_step(values: Mapping[str, Any], key: Any) -> Any:
    return values.get(str(key))


@register.filter
def bare(text: str) -> str:
    """A tweet without its addresses and links, for one line."""
    return " ".join(re.sub(r"https?://\S+|[@#][\w]+", "", text).split()) or text


@register.simple_tag
def whom_key(place: Place, person: Storyteller | None = None) -> str:
    """How the form that asks names a place, or one of its storytellers."""
    return f"{place.pk}-{person.pk}" if person is not None else str(place.pk)


@register.simple_tag
def day_bar(group: Group) -> SafeString:
    """The day of a place as a bar: night, light, and where it is now."""
    marks = {name: round(share * DAY_WIDE / 100) for name, share in group.marks.items()}
    light, figures = SafeString(""), [(0, "0"), (DAY_WIDE // 2, "12"), (DAY_WIDE, "24")]
    words = "the light there is not known"
    if group.day is not None:
        rises, sets = marks["rises"], marks["sets"]
        light = format_html(
            '<rect class="day-light" x="{}" y="4" width="{}" height="8"/>', rises, sets - rises
        )
        edges = [(rises, f"{group.day.rises:%H:%M}"), (sets, f"{group.day.sets:%H:%M}")]
        far = [one for one in figures if all(abs(one[0] - at) > FIGURE_WIDE for at, _ in edges)]
        figures = sorted([*far, *edges])
        words = f"light from {edges[0][1]} to {edges[1][1]}"
    anchors = {0: "start", DAY_WIDE: "end"}
    texts = format_html_join(
        "",
        '<text x="{}" y="27" text-anchor="{}">{}</text>',
        ((at, anchors.get(at, "middle"), figure) for at, figure in figures),
    )
    return format_html(
        '<svg class="day" width="{wide}" height="30" viewBox="-8 0 {view} 30" role="img" '
        'aria-label="Now {now} there; {words}">'
        '<rect class="day-night" y="4" width="{wide}" height="8" rx="4"/>{light}'
        '<circle class="day-now" cx="{at}" cy="8" r="6"/>{texts}</svg>',
        wide=DAY_WIDE,
        view=DAY_WIDE + 16,
        now=f"{group.now:%H:%M}",
        words=words,
        light=light,
        at=marks["now"],
        texts=texts,
    )


# On the crew's phone, in their language and with its digits --------------------------------------


@register.filter
def language_in(code: str, language: str) -> str:
    """The name of a language in another one."""
    names = languages.locale(language).languages
    return str(names.get(languages.base(code), code))


@register.simple_tag
def time_words(clock: time | datetime, language: str) -> str:
    """20:30 with the language's digits; a moment in the page's time zone."""
    clock = localtime(clock) if isinstance(clock, datetime) else clock
    return languages.digits(f"{clock:%H:%M}", language)


@register.simple_tag
def due_words(brief: Brief, words: Words, language: str) -> SafeString:
    """Until when, on the clock of the place, and how long that is."""
    at = brief.deadline.astimezone(brief.place.tz)
    due = time_words(at.time(), language)
    left = int((brief.deadline - timezone.now()).total_seconds() // 60)
    if left < 0:
        return fill(words.late_by, time=due)
    hours, minutes = (languages.digits(str(part), language) for part in divmod(left, 60))
    if left < 60:
        return fill(words.due_in_minutes, time=due, n=minutes)
    return fill(words.due_in_hours, time=due, h=hours, m=minutes)


@register.simple_tag
def light_words(light: Light | None, words: Words, language: str) -> SafeString:
    """How long there is light to film by; nothing where the place's position is not known."""
    if light is None:
        return SafeString("")
    if not light.is_light:
        return fill(words.dark_until, time=time_words(light.until.time(), language))
    hours, minutes = divmod(int(light.left.total_seconds() // 60), 60)
    return fill(
        words.light_for,
        h=languages.digits(str(hours), language),
        m=languages.digits(str(minutes), language),
    )


@register.simple_tag
def film_query(brief: Brief) -> str:
    """What the form for a film begins with when it is for this brief."""
    said = {"brief": brief.pk, "storyteller": brief.storyteller_id, "language": brief.language}
    about = bare(brief.mention.text) if brief.mention else brief.words
    said["title"] = Truncator(about).chars(100)
    return "?" + urlencode({name: value for name, value in said.items() if value})
