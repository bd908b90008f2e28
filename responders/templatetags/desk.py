"""What the desk's templates say of tweets, cards and counts."""

import re
from collections.abc import Iterable

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from campaign.intake import priority, themes
from campaign.intake.filters import Reason as FilterReason
from campaign.intake.filters import Summons
from campaign.jinja import rendered
from campaign.models import Campaign, Mention
from responders import queue, reasons, shelf
from responders.models import Reply
from responders.workbench import Bench
from videos import clocks
from videos.models import Brief
from videos.themes import THEMES

register = template.Library()

_TAGS = re.compile(r"(?<!\w)[@#]\w+")
_ON_X = re.compile(r"https?://\S+|(?<!\w)[@#]\w+")
_UNTIL_SPACE = re.compile(r"^https?://(www\.)?")

PRIORITY_WORDS = {
    "footage": "filmed for them",
    "clip": "clip ready",
    "waiting": "waiting",
    "replyable": "replyable",
    "staffed": "staffed language",
    "reach": "reach",
    "risk": "risk words",
}
REFUSALS = {
    **{reason.value: words for reason, words in reasons.REASONS.items()},
    reasons.OPTED_OUT: "Asked to be left alone",
    "given_up": "A reply may stand, and was given up",
    "gone": "Deleted by its author",
    "not_summoned": "X refuses replies by the API",
}


@register.simple_tag(takes_context=True)
def cards(context: RequestContext, mentions: Iterable[Mention]) -> SafeString:
    """The cards of these mentions for the one who reads the page, one after the other."""
    campaign, filters, bench = context["campaign"], context["filters"], context.get("bench")
    given = {
        "mentions": mentions,
        "campaign": campaign,
        "coverage": shelf.coverage(campaign),
        "in_open_lane": filters.lane.is_open,
        "oob": context.get("oob", False),
        "open": bench.mention.pk if bench else None,
        "query": context["query"],
        "reader": context["user"],
    }
    return rendered("responders/desk/card_list.jinja", given)


@register.simple_tag(takes_context=True)
def clips(context: RequestContext, bench: Bench) -> SafeString:
    """The clips that are suggested for the open mention, the paired one first."""
    pair = reverse("desk-pair", args=[context["campaign"].slug, bench.mention.pk])
    given = {
        "suggestions": bench.suggestions,
        "draft": bench.draft,
        "paired": bench.draft.reply.clip_id if bench.draft else None,
        "pair": pair + context["query"],
    }
    return rendered("responders/desk/clip_list.jinja", given)


@register.simple_tag
def counts_of(campaign: Campaign) -> queue.Counts:
    """The counts of the top bar and of the lanes: one query, kept for two seconds."""
    return queue.counts(campaign)


@register.filter
def capped(count: int) -> str:
    """1,284; from the most that we count on, "10,000+"."""
    return f"{queue.MOST:,}+" if count >= queue.MOST else f"{count:,}"


@register.filter
def of_lane(counts: queue.Counts, lane: queue.Lane) -> str:
    """How many stand in that lane, as short as its place: 1,284; from the most on, "10k+"."""
    count = getattr(counts, lane.value)
    return f"{queue.MOST // 1000}k+" if count >= queue.MOST else f"{count:,}"


@register.filter
def tweet(mention: Mention) -> SafeString:
    """A tweet's text: words that gave a theme underlined, handles and hashtags stepped back."""
    text = mention.text
    lexicon = themes.lexicon(mention.campaign_id)
    marks = [(*found.span(), "") for found in _TAGS.finditer(text)]
    marks += lexicon.spans(text, lang=mention.lang)
    parts, at = [], 0
    for start, end, theme in sorted(marks):
        if start < at:
            continue
        parts.append(conditional_escape(text[at:start]))
        parts.append(_marked(text[start:end], THEMES.get(theme, theme)))
        at = end
    parts.append(conditional_escape(text[at:]))
    return _with_lines(parts)


def _marked(words: str, theme: str) -> SafeString:
    if not theme:
        return format_html("<bdi class='tweet-bdi'>{}</bdi>", words)
    return format_html("<u class='tweet-u' title='{}'>{}</u>", theme, words)


@register.filter
def isolated(text: str) -> SafeString:
    """A text on a card: its handles and hashtags keep their own direction in a line of Arabic."""
    parts, at = [], 0
    for found in _TAGS.finditer(text):
        parts.append(conditional_escape(text[at : found.start()]))
        parts.append(format_html("<bdi>{}</bdi>", found[0]))
        at = found.end()
    parts.append(conditional_escape(text[at:]))
    return mark_safe("".join(parts))  # noqa: S308  every part is escaped above


@register.filter
def on_x(text: str) -> SafeString:
    """A reply as X will show it: links without their protocol, handles and hashtags as links."""
    parts, at = [], 0
    for found in _ON_X.finditer(text):
        parts.append(conditional_escape(text[at : found.start()]))
        shown = _UNTIL_SPACE.sub("", found[0])
        parts.append(format_html("<bdi class='x-link'>{}</bdi>", shown))
        at = found.end()
    parts.append(conditional_escape(text[at:]))
    return _with_lines(parts)


def _with_lines(parts: Iterable[str]) -> SafeString:
    """Parts that are escaped already, each line on its own."""
    return mark_safe("".join(parts).strip().replace("\n", "<br>"))  # noqa: S308  escaped by callers


@register.filter
def replyable_words(mention: Mention) -> str:
    """Why X lets us reply, or does not."""
    if mention.replyable_reason in Summons.values:
        return str(Summons(mention.replyable_reason).label)
    return "X lets us reply" if mention.replyable else "X does not let us reply"


@register.filter
def answer(mention: Mention) -> Reply | None:
    """The newest of our replies that came with the card."""
    return next(iter(getattr(mention, "answers", [])), None)


_UNDER_WAY = {
    Reply.Status.SUBMITTED: "Waits for second eyes",
    Reply.Status.POSTING: "Being posted",
    Reply.Status.UNKNOWN: "Publishing problem",
    Reply.Status.PROBLEM: "Publishing problem",
}


@register.filter
def under_way(answer: Reply | None) -> str:
    """How far the answer is that is on its way."""
    if answer is None:
        return "Being answered"
    if answer.status == Reply.Status.BY_HAND:
        return f"{answer.author}, post it by hand"
    if answer.status == Reply.Status.APPROVED:
        return f"Held, {answer.author}{_with_teller(answer)}"
    return _UNDER_WAY.get(Reply.Status(answer.status), "Being answered")


@register.filter
def answered(answer: Reply | None) -> str:
    """Who answered, and with whose clip."""
    return f"Answered by {answer.author}{_with_teller(answer)}" if answer else "Answered"


def _with_teller(answer: Reply) -> str:
    return f" with {answer.clip.storyteller.public_name}" if answer.clip else ""


@register.filter
def why_not(mention: Mention) -> str:
    """Why it was dismissed or filtered."""
    if mention.reason in FilterReason.values and mention.status == Mention.Status.FILTERED:
        return str(FilterReason(mention.reason).label)
    return REFUSALS.get(mention.reason, mention.reason.replace("_", " "))


@register.filter
def brief_line(mention: Mention) -> str:
    """How far the field is with it, from the briefs that came with the card."""
    asked: list[Brief] = getattr(mention, "asked", [])
    return clocks.line(asked[0], at=timezone.now()) if asked else ""


@register.filter
def urgency(mention: Mention) -> int:
    """Its points as they are now, those for waiting among them."""
    return sum(value for _, value in priority_parts(mention))


@register.filter
def priority_parts(mention: Mention) -> list[tuple[str, int]]:
    """The parts of its priority in words, largest first. What waits no more gets none for it."""
    kept = mention.priority_parts if isinstance(mention.priority_parts, dict) else {}
    parts = dict(kept) or {"other": mention.priority}
    if mention.status in Mention.OPEN:
        parts["waiting"] = priority.waiting(mention.received_at, at=timezone.now())
    largest_first = sorted(parts.items(), key=lambda part: -part[1])
    return [
        (PRIORITY_WORDS.get(name, name.replace("_", " ")), value)
        for name, value in largest_first
        if value
    ]


@register.simple_tag
def priority_bars(mention: Mention) -> SafeString:
    """The same parts as lengths of one line, the largest darkest."""
    values = [value for _, value in priority_parts(mention) if value > 0]
    total = sum(values) or 1
    bars, at = [], 0.0
    for number, value in enumerate(values):
        width = 100 * value / total
        shade = max(0.35, 1 - 0.25 * number)
        bar = '<rect x="{}" y="0" width="{}" height="4" opacity="{}"/>'
        bars.append(format_html(bar, f"{at:.1f}", f"{max(1.0, width - 2):.1f}", f"{shade:.2f}"))
        at += width
    svg = '<svg class="tweet-bars" viewBox="0 0 100 4" preserveAspectRatio="none" {}>{}</svg>'
    return format_html(svg, mark_safe('aria-hidden="true"'), mark_safe("".join(bars)))  # noqa: S308  made above


@register.filter
def language_in_english(code: str) -> str:
    return shelf.language_name(code)


@register.filter
def theme_names(codes: list[str]) -> str:
    return ", ".join(THEMES.get(code, code) for code in codes)


@register.filter
def first_theme(mention: Mention) -> str:
    """The theme that its words touch first, for the card."""
    return THEMES.get(mention.themes[0], mention.themes[0]) if mention.themes else ""


@register.filter
def clips_ready(mention: Mention, coverage: dict[str, int]) -> int:
    """How many clips are ready for the theme of which there are most."""
    return max((coverage.get(theme, 0) for theme in mention.themes), default=0)


@register.filter
def per_cent(rate: float) -> str:
    return f"{100 * rate:.0f} %"


@register.filter
def media_words(media: dict[str, int]) -> str:
    """`2 photos, 1 video`."""
    said = [f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in media.items()]
    return ", ".join(said) or "Media"


@register.filter
def doubt_words(mention: Mention) -> str:
    """Why it stands in the lane of doubt."""
    return {"hostile": "Sounds hostile", "off_topic": "Looks off topic"}.get(mention.doubt, "")
