"""How reports write numbers and times."""

from datetime import timedelta

from django import template

register = template.Library()


@register.filter
def plain(value: float) -> str:
    """A number as SVG wants it, whatever the page's language does to numbers."""
    return f"{value:g}"


@register.filter
def spoken(value: timedelta) -> str:
    """40 s, 6 min 04 s, 1 h 04 min, 2 d 3 h: two units, exact enough to compare."""
    seconds = round(value.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3_600, seconds // 86_400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60:02d} min"
    if minutes:
        return f"{minutes} min {seconds % 60:02d} s"
    return f"{seconds} s"


@register.filter
def share_of(value: timedelta, whole: float) -> str:
    """In percent, a sliver at least."""
    return f"{max(0.5, 100 * value.total_seconds() / whole):.1f}"


@register.filter
def or_dash(value: int, applies: bool) -> str:  # noqa: FBT001  a template filter's only argument
    """The number, or a dash where there can be none."""
    return f"{value:,}" if applies else "–"
