"""What every template may use: icons, and numbers and times in the newsroom's words."""

import math
from datetime import datetime, timedelta
from functools import cache

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@cache
def _sprite() -> str:
    return static("icons/sprite.svg")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """One drawing of static/icons/sprite.svg. Decoration: the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon {}" viewBox="0 0 16 16" aria-hidden="true"><use href="{}#{}"/></svg>',
        css,
        _sprite(),
        name,
    )


@register.simple_tag
def ring(until: datetime | None, total: float, css: str = "") -> SafeString:
    """Seconds left until a time, of `total`; static/js/ring.js ticks it on the server's clock."""
    left = max(0.0, (until - timezone.now()).total_seconds()) if until else 0.0
    share = min(100.0, 100 * left / total) if total else 0.0
    return format_html(
        '<span class="ring {}" data-until="{}" data-total="{}">'
        '<svg viewBox="0 0 36 36" aria-hidden="true"><circle cx="18" cy="18" r="15"/>'
        '<circle class="ring-left" cx="18" cy="18" r="15" pathLength="100" '
        'stroke-dasharray="{} 100"/></svg><span class="ring-number">{}</span></span>',
        css,
        until.isoformat() if until else "",
        total,
        f"{share:.1f}",
        round(left),
    )


@register.filter
def short_number(value: int | None) -> str:
    """640, 12.4k, 1.3M: what fits a narrow column and is still true to three figures."""
    number = value or 0
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.3g}{letter}" if number < 1000 * size else f"{number:,}"
    return str(number)


@register.filter
def thousands(value: int | None) -> str:
    """1,284"""
    return f"{value or 0:,}"


@register.filter
def short_time(value: timedelta | float | None) -> str:
    """40 s, 6 min, 2 h, 3 d: one unit, never rounded up."""
    seconds = int(value.total_seconds() if isinstance(value, timedelta) else value or 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(0, seconds)} s"


@register.filter
def precise_time(value: timedelta | None) -> str:
    """6 min 12 s, 2 h 5 min: two units, never rounded up."""
    seconds = int(value.total_seconds()) if value else 0
    if seconds < 60:
        return f"{max(0, seconds)} s"
    if seconds < 3_600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3_600} h {seconds % 3_600 // 60} min"


@register.filter
def ago(value: datetime | None) -> str:
    """How long since a time, by `short_time`."""
    return short_time(timezone.now() - value) if value else ""


@register.filter
def clock_left(until: datetime | None) -> str:
    """How long until a time, as 4:12; what the page then ticks by itself."""
    return duration(max(0.0, (until - timezone.now()).total_seconds())) if until else ""


@register.filter
def seconds_left(until: datetime | None) -> str:
    """The same in seconds: 7 s."""
    left = (until - timezone.now()).total_seconds() if until else 0.0
    return f"{max(0, math.ceil(left))} s"


@register.filter
def duration(value: float | None) -> str:
    """Seconds as 0:23, the way players write it."""
    seconds = round(value or 0)
    return f"{seconds // 60}:{seconds % 60:02d}"


@register.filter
def initials(name: str) -> str:
    """Two letters at most, for an avatar."""
    words = [word for word in name.replace("_", " ").replace(".", " ").split() if word]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ks", "ku", "ps", "sd", "ug", "ur", "yi"})


@register.filter
def direction(lang: str) -> str:
    """The `dir` of a text in a language; "auto" when we do not know the language."""
    if not lang or lang in {"und", "qme", "qst", "zxx"}:
        return "auto"
    return "rtl" if lang.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


@register.filter
def dressed(field: BoundField, css: str) -> SafeString:
    """A form's field with these classes."""
    return field.as_widget(attrs={"class": css})
