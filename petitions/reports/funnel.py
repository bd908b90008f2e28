"""Mentions, replies, clicks, signatures: how many, and when."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from petitions.reports.period import Unit
from petitions.reports.rates import Rate
from petitions.reports.scope import ALL, BY_LINK, CONFIRMED, PENDING, Hour, Scope

#: So many bars can still be told apart; beyond, days instead of hours.
MOST_BARS = 24 * 9


@dataclass(frozen=True, slots=True)
class Moment:
    """One hour or one day."""

    at: datetime
    mentions: int
    replies: int
    people: int
    bots: int
    confirmed: int
    pending: int
    now: bool = False


@dataclass(frozen=True, slots=True)
class Funnel:
    unit: Unit
    moments: list[Moment]
    mentions: int
    replies: int
    people: int
    bots: int
    confirmed: int
    pending: int
    by_link: int = field(metadata={"means": "confirmed signatures that a reply's link brought"})

    @property
    def answered(self) -> Rate:
        return Rate(self.replies, self.mentions)

    @property
    def signed(self) -> Rate:
        return Rate(self.by_link, self.people)

    @property
    def straight(self) -> int:
        """Confirmed signatures of people who did not come by a reply."""
        return self.confirmed - self.by_link

    @property
    def clicks_a_reply(self) -> str:
        return f"× {self.people / self.replies:.1f}" if self.replies else ""

    @property
    def is_empty(self) -> bool:
        return not (self.mentions or self.replies or self.people or self.bots or self.signatures)

    @property
    def signatures(self) -> int:
        return self.confirmed + self.pending


_Rows = dict[datetime, Counter[str]]


def read(scope: Scope) -> Funnel:
    """Four questions, however long the period."""
    unit = scope.period.unit(since=scope.campaign.created_at)
    rows: _Rows = {}
    _gather(rows, scope.mentions(), "received_at", mentions=ALL)
    _gather(rows, scope.replies(), "posted_at", replies=ALL)
    _gather(rows, scope.clicks(), "hour", people=Sum("people"), bots=Sum("bots"))
    _gather(
        rows,
        scope.signatures(),
        "signed_at",
        confirmed=CONFIRMED,
        pending=PENDING,
        by_link=BY_LINK,
    )
    if unit == "day" or (rows and _bars(rows) > MOST_BARS):
        unit, rows = "day", _by_day(rows)
    total: Counter[str] = sum(rows.values(), Counter())
    return Funnel(
        unit=unit,
        moments=list(_moments(rows, scope=scope, unit=unit)),
        **{
            name: total[name]
            for name in ("mentions", "replies", "people", "bots", "confirmed", "pending", "by_link")
        },
    )


def _gather(rows: _Rows, found: QuerySet[Any], when: str, **sums: Count | Sum) -> None:
    """Add these numbers to the hours that they belong to."""
    hours = found.annotate(moment=Hour(when)).values("moment").order_by().annotate(**sums)
    for row in hours:
        at = row.pop("moment").astimezone(UTC)
        rows.setdefault(at, Counter()).update(row)


def _bars(rows: _Rows) -> int:
    return int((timezone.now() - min(rows)) / timedelta(hours=1))


def _by_day(rows: _Rows) -> _Rows:
    days: _Rows = {}
    for at, row in rows.items():
        days.setdefault(_start_of(at, "day"), Counter()).update(row)
    return days


def _start_of(at: datetime, unit: Unit) -> datetime:
    local = timezone.localtime(at).replace(minute=0, second=0, microsecond=0)
    if unit == "day":
        local = local.replace(hour=0)
    return local.astimezone(UTC)


def _next(at: datetime, unit: Unit) -> datetime:
    """Days are as long as they are, also when the clocks change."""
    if unit == "hour":
        return at + timedelta(hours=1)
    return _start_of(at + timedelta(hours=26), "day")


def _moments(rows: _Rows, *, scope: Scope, unit: Unit) -> Iterator[Moment]:
    """Every hour or day of the period up to now, those without anything too."""
    now = timezone.now()
    start = scope.period.start or (min(rows) if rows else None)
    if start is None:
        return
    at = _start_of(start, unit)
    end = min(scope.period.end or now, now)
    while at < end:
        after = _next(at, unit)
        row = rows.get(at, Counter())
        yield Moment(
            at=at,
            now=at <= now < after,
            **{
                name: row[name]
                for name in ("mentions", "replies", "people", "bots", "confirmed", "pending")
            },
        )
        at = after
