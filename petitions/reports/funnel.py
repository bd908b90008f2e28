"""Mentions, replies, views, clicks, signatures, shares: how many, and when."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils import timezone

from petitions import tallies
from petitions.reports.period import Unit
from petitions.reports.rates import Rate
from petitions.reports.scope import ALL, Hour, Scope

#: So many bars can still be told apart; beyond, days instead of hours.
MOST_BARS = 24 * 9
_NUMBERS = (
    "mentions", "replies", "views", "people", "bots", "confirmed", "pending", "by_link", "shares",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """One hour or one day."""

    at: datetime
    mentions: int
    replies: int
    views: int
    people: int
    bots: int
    confirmed: int
    pending: int
    shares: int
    now: bool = False

    @property
    def is_empty(self) -> bool:
        return not (
            self.mentions or self.replies or self.people or self.bots or self.confirmed
            or self.pending
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a period. Views and shares are those of the replies posted in it, as last told."""

    mentions: int = 0
    replies: int = 0
    field_replies: int = 0
    views: int = 0
    viewed: int = field(default=0, metadata={"means": "replies of which the network told views"})
    people: int = 0
    bots: int = 0
    confirmed: int = 0
    pending: int = 0
    by_link: int = field(default=0, metadata={"means": "confirmed, brought by a reply's link"})
    shares: int = field(default=0, metadata={"means": "reposts and quotes on the network"})
    passed_on: int = field(default=0, metadata={"means": "by signers, from the petition's page"})
    brought: int = field(default=0, metadata={"means": "confirmed, of links that were passed on"})
    cost: Decimal | None = None
    measured_at: datetime | None = None

    @property
    def answered(self) -> Rate:
        return Rate(self.replies, self.mentions)

    @property
    def clicked(self) -> Rate:
        return Rate(self.people, self.views)

    @property
    def signed(self) -> Rate:
        return Rate(self.by_link, self.people)

    @property
    def straight(self) -> int:
        """Confirmed signatures of people who did not come by a reply."""
        return self.confirmed - self.by_link

    @property
    def views_a_reply(self) -> str:
        return f"× {self.views / self.viewed:,.0f}" if self.viewed else ""

    @property
    def clicks_a_reply(self) -> str:
        return f"× {self.people / self.replies:.1f}" if self.replies else ""

    @property
    def cost_a_reply(self) -> Decimal | None:
        return self.cost / self.replies if self.cost is not None and self.replies else None

    @property
    def cost_a_signature(self) -> Decimal | None:
        return self.cost / self.by_link if self.cost is not None and self.by_link else None

    @property
    def is_empty(self) -> bool:
        return not (
            self.mentions or self.replies or self.people or self.bots or self.confirmed
            or self.pending
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Funnel:
    unit: Unit
    moments: list[Moment]
    total: Totals


_Rows = dict[datetime, Counter[str]]
# Links that signers pass on are few, so both start from them.
_PASSED_ON = f"""
WITH link AS (
    SELECT * FROM petitions_trackedlink AS link WHERE channel <> '' AND petition_id IN
        (SELECT id FROM petitions_petition WHERE campaign_id = %(campaign)s) AND {{narrow}}
)
SELECT
    (SELECT COALESCE(sum(click.shares), 0) FROM link
        JOIN petitions_clickcount AS click ON click.link_id = link.id
        WHERE hour >= %(start)s AND hour < %(end)s),
    (SELECT COALESCE(sum(confirmed), 0) FROM ({tallies.LINKS_QUICK}) AS counted
        JOIN link ON link.id = counted.link_id)
"""


@dataclass(slots=True)
class _OfReplies:
    """What is told of a period's replies as a whole."""

    field_replies: int = 0
    viewed: int = 0
    cost: Decimal | None = None
    measured_at: datetime | None = None

    def add(self, facts: dict[str, Any]) -> None:
        self.field_replies += facts["field_replies"]
        self.viewed += facts["viewed"]
        if facts["sum_cost"] is not None:
            self.cost = (self.cost or Decimal(0)) + facts["sum_cost"]
        if facts["last_measured"] is not None:
            self.measured_at = max(
                self.measured_at or facts["last_measured"], facts["last_measured"]
            )


def read(scope: Scope) -> Funnel:
    """Three questions, however long the period."""
    unit = scope.period.unit(since=scope.campaign.created_at)
    rows, of_replies = _by_hour(scope)
    total = _totals(rows, of_replies, scope)
    if unit == "day" or (rows and _bars(rows) > MOST_BARS):
        unit, rows = "day", _by_day(rows)
    return Funnel(unit=unit, moments=list(_moments(rows, scope=scope, unit=unit)), total=total)


def totals(scope: Scope) -> Totals:
    """The sums alone, for a period to compare with."""
    return _totals(*_by_hour(scope), scope)


def _by_hour(scope: Scope) -> tuple[_Rows, _OfReplies]:
    rows: _Rows = {}
    # Mentions have neither place nor lane: they are counted whole where those are asked for.
    mentions = "true" if not scope.narrow.of_mentions else scope.where()
    statement = f"""SELECT hour, sum(mentions) FILTER (WHERE {mentions}),
        sum(people) FILTER (WHERE {scope.where()}), sum(bots) FILTER (WHERE {scope.where()}),
        sum(confirmed) FILTER (WHERE {scope.where()}), sum(pending) FILTER (WHERE {scope.where()}),
        sum(by_link) FILTER (WHERE {scope.where()})
        FROM ({tallies.HOURS_QUICK}) AS counted GROUP BY hour"""
    names = ("mentions", "people", "bots", "confirmed", "pending", "by_link")
    for hour, *numbers in tallies.rows(statement, scope.facts):
        row = rows.setdefault(hour.astimezone(UTC), Counter())
        row.update({name: number or 0 for name, number in zip(names, numbers, strict=True)})
    of_replies = _OfReplies()
    replies = scope.replies().annotate(moment=Hour("posted_at")).values("moment").order_by()
    for facts in replies.annotate(
        replies=ALL,
        sum_views=Sum("views"),
        sum_shares=Sum("shares"),
        field_replies=Count("pk", filter=Q(lane="field")),
        viewed=Count("views"),
        sum_cost=Sum("cost"),
        last_measured=Max("measured_at"),
    ):
        of_replies.add(facts)
        row = rows.setdefault(facts["moment"].astimezone(UTC), Counter())
        row["replies"] += facts["replies"]
        row["views"] += facts["sum_views"] or 0
        row["shares"] += facts["sum_shares"] or 0
    return rows, of_replies


def _totals(rows: _Rows, of_replies: _OfReplies, scope: Scope) -> Totals:
    statement = _PASSED_ON.format(narrow=scope.where("link."))
    ((passed_on, brought),) = tallies.rows(statement, scope.facts)
    known: dict[str, Any] = asdict(of_replies)
    known |= {name: sum(row[name] for row in rows.values()) for name in _NUMBERS}
    return Totals(**known, passed_on=passed_on, brought=brought)


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
        names = (name for name in _NUMBERS if name != "by_link")
        yield Moment(at=at, now=at <= now < after, **{name: row[name] for name in names})
        at = after
