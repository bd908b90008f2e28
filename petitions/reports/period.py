"""The time that a report covers, as it stands in the page's address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.db.models import Q
from django.utils import timezone

Unit = Literal["hour", "day"]
#: Longer periods are drawn by day.
HOURS_UP_TO = timedelta(days=8)
#: Nothing of ours is older.
FIRST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to, and without, another; None is open. Days are the newsroom's own."""

    name: str
    start: datetime | None
    end: datetime | None
    first: date | None = None
    last: date | None = None
    problem: str = ""

    def within(self, field: str) -> Q:
        """The condition that a time lies in this period."""
        condition = Q(**{f"{field}__isnull": False})
        if self.start:
            condition &= Q(**{f"{field}__gte": self.start})
        if self.end:
            condition &= Q(**{f"{field}__lt": self.end})
        return condition

    def unit(self, *, since: datetime) -> Unit:
        """Hours for a short period, days for a long one; an open one began `since`."""
        now = timezone.now()
        length = min(self.end or now, now) - (self.start or since)
        return "hour" if length <= HOURS_UP_TO else "day"

    @property
    def parameters(self) -> dict[str, str]:
        """As they stand in an address."""
        if self.name == "dates" and self.first and self.last:
            return {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return {"period": self.name}

    @property
    def words(self) -> str:
        if self.name == "dates" and self.first and self.last:
            if self.first == self.last:
                return _day(self.first)
            return f"{_day(self.first)} to {_day(self.last)}"
        return {"today": "Today, so far", "week": "Last 7 days, so far"}.get(self.name, "All time")


def read(query: Mapping[str, str]) -> Period:
    """The period that an address names; the last seven days when it names none that we know."""
    if query.get("from") or query.get("to"):
        return _dates(query.get("from", ""), query.get("to", ""))
    today = timezone.localdate()
    name = query.get("period", "week")
    if name == "today":
        return Period("today", _midnight(today), None)
    if name == "all":
        return Period("all", None, None)
    return Period("week", _midnight(today - timedelta(days=6)), None)


def checked_against(wanted: str) -> str:
    """ "" (the time before), "none", or the day on which the other period begins."""
    if wanted in {"", "none"}:
        return wanted
    try:
        begins = date.fromisoformat(wanted)
    except ValueError:
        return ""
    return begins.isoformat() if begins >= FIRST else ""


def before(period: Period, against: str) -> Period | None:
    """As many days to compare with; up to the same hour where the period is not over yet.

    None when there is nothing to compare: for all time, or when it is not wanted.
    """
    if period.start is None or against == "none":
        return None
    now = timezone.localtime()
    over = period.end is not None and period.end <= now
    first = timezone.localdate(period.start)
    last = timezone.localdate(period.end - timedelta(microseconds=1)) if period.end else now.date()
    length = last - first + timedelta(days=1)
    try:
        begins = date.fromisoformat(against) if against else first - length
        if over:
            end = _midnight(begins + length)
        else:
            hour = now.replace(tzinfo=None, minute=0, second=0, microsecond=0)
            end = timezone.make_aware(hour - (first - begins))
        start = _midnight(begins)
    except OverflowError:
        return None
    if end <= start:
        return None
    return Period("dates", start, end, first=begins, last=begins + length - timedelta(days=1))


def _dates(first_text: str, last_text: str) -> Period:
    today = timezone.localdate()
    try:
        last = date.fromisoformat(last_text) if last_text else today
        first = date.fromisoformat(first_text) if first_text else last
        start, end = _midnight(first), _midnight(last + timedelta(days=1))
    except (ValueError, OverflowError):
        return _week_instead("Write the dates as 2026-02-28. These are the last 7 days.")
    if first > last:
        return _week_instead("The first day comes after the last. These are the last 7 days.")
    return Period("dates", start, end, first=first, last=last)


def _week_instead(problem: str) -> Period:
    week = read({})
    return Period(week.name, week.start, week.end, problem=problem)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
