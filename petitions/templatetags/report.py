"""How reports write numbers and times."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString

from campaign.jinja import rendered
from petitions.reports import names
from petitions.reports.funnel import Moment
from petitions.reports.page import Report
from petitions.reports.period import Unit
from petitions.reports.speed import Wait

register = template.Library()


@register.simple_tag
def report_rows(report: Report) -> SafeString:
    """The table's rows: a hundred of them, of a dozen cells."""
    given = {"report": report, "average": report.average}
    return rendered("petitions/report_rows.jinja", given)


@register.simple_tag
def report_moments(report: Report) -> SafeString:
    """The chart as rows: hundreds of hours."""
    given = {"moments": report.moments_with_numbers, "unit": report.funnel.unit}
    return rendered("petitions/report_moments.jinja", given)


@register.filter
def plain(value: float) -> str:
    """A number as SVG wants it, whatever the page's language does to numbers."""
    return f"{value:g}"


@register.filter
def spoken(value: timedelta) -> str:
    return names.time(value)


@register.filter
def counted(value: int) -> str:
    """Every digit up to a million; beyond, as many as there is room for: 2.41 M."""
    return f"{value:,}" if value < 1_000_000 else f"{value / 1_000_000:,.2f} M"


@register.filter
def seconds(value: float) -> str:
    """The same of a number of seconds."""
    return spoken(timedelta(seconds=value))


@register.filter
def step(wait: Wait, code: str) -> str:
    """What one step took of a wait; a dash where it took nothing that was noted."""
    found = next((part for part in wait.parts if part.step == code), None)
    return seconds(found.seconds) if found else "–"


@register.filter
def in_zone(value: datetime, zone: str) -> str:
    """The time of day there."""
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


@register.filter
def money(value: Decimal | None) -> str:
    """$0.17, and $0.004 where a cent is too coarse; a dash where nobody told."""
    if value is None:
        return "–"
    return f"${value:,.2f}" if not value or value >= Decimal("0.01") else f"${value:.4f}"


@register.filter
def moment_name(moment: Moment, unit: Unit) -> str:
    """Tue 3 Feb, 14:00; Tue 3 Feb 2026 where it is a day."""
    at = timezone.localtime(moment.at)
    return (
        f"{names.day(at.date())}, {at:%H:%M}"
        if unit == "hour"
        else f"{names.day(at.date())} {at.year}"
    )


@register.filter
def or_dash(value: int, applies: bool) -> str:  # noqa: FBT001  a template filter's only argument
    """The number, or a dash where there can be none."""
    return f"{value:,}" if applies else "–"
