"""The same numbers by clip, by storyteller and place, by day, by country, and so on."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, cast

from django.utils import timezone

from campaign.models import User
from petitions import tallies
from petitions.reports import names
from petitions.reports.rates import Rate
from petitions.reports.scope import Scope

By = Literal[
    "clip", "storyteller", "place", "day", "hour", "language", "country", "editor", "theme",
    "network", "wait",
]  # fmt: skip
NAMES: dict[By, str] = {
    "clip": "Clip",
    "storyteller": "Storyteller and place",
    "place": "Place",
    "day": "Day",
    "hour": "Hour of the day",
    "language": "Language",
    "country": "Country",
    "editor": "Editor",
    "theme": "Theme",
    "network": "Network",
    "wait": "Time to reply",
}
#: How long somebody waited, by the upper bounds of `tallies.WAITS`.
WAITS = dict(
    zip(
        (*tallies.WAITS, tallies.LONGER),
        (
            "Within 5 min",
            "5 to 15 min",
            "15 to 60 min",
            "1 to 4 h",
            "4 to 24 h",
            "More than a day",
        ),
        strict=True,
    )
)
_POSTED = {
    "day": "(link.posted_at AT TIME ZONE %(zone)s)::date",
    "hour": "extract(hour FROM link.posted_at AT TIME ZONE %(zone)s)::int",
}
_COUNTED = {
    "day": "(hour AT TIME ZONE %(zone)s)::date",
    "hour": "extract(hour FROM hour AT TIME ZONE %(zone)s)::int",
}

Key = tuple[Any, ...]


@dataclass(slots=True)
class Row:
    """One line. `wait` is the median from tweet to reply, `place_wait` that of a storyteller's
    place; `of_link` is False for signatures of people who came straight to the page. `days` are
    confirmed signatures by day."""

    key: Key
    by: By
    of_link: bool = True
    name: str = ""
    mentions: int = 0
    replies: int = 0
    views: int = 0
    viewed: int = 0
    people: int = 0
    bots: int = 0
    confirmed: int = 0
    pending: int = 0
    shares: int = 0
    cost: Decimal | None = None
    wait: timedelta | None = None
    place_wait: timedelta | None = None
    days: dict[date, int] = field(default_factory=dict)

    @property
    def signed(self) -> Rate:
        return Rate(self.confirmed if self.of_link else 0, self.people)

    @property
    def cost_a_signature(self) -> Decimal | None:
        return self.cost / self.confirmed if self.cost is not None and self.confirmed else None

    @property
    def cost_a_reply(self) -> Decimal | None:
        return self.cost / self.replies if self.cost is not None and self.replies else None

    @property
    def place(self) -> str:
        found = {"clip": 3, "storyteller": 0}.get(self.by)
        return str(self.key[found] or "") if found is not None else ""

    @property
    def detail(self) -> str:
        """Who says it, and where."""
        if self.by != "clip" or not self.of_link:
            return ""
        return ", ".join(part for part in self.key[2:4] if part)


def read(scope: Scope, *, by: By) -> list[Row]:
    """A few questions, and one row for each clip (storyteller, day …) with any number."""
    table = _Table(by)
    if by in _COUNTED:
        _add_hours(table, scope)
    else:
        _add_days(table, scope)
        _add_mentions(table, scope)
    if by != "country":
        _add_replies(table, scope)
    rows = list(table.rows.values())
    _name(rows, by)
    return sorted(rows, key=_order)


class _Table:
    """Rows by their key, made when first spoken of."""

    def __init__(self, by: By) -> None:
        self.by = by
        self.rows: dict[Key, Row] = {}

    def row(self, key: Key, *, of_link: bool = True) -> Row:
        place = (of_link, *key)
        if place not in self.rows:
            self.rows[place] = Row(key=key, by=self.by, of_link=of_link)
        return self.rows[place]


def _add_days(table: _Table, scope: Scope) -> None:
    """Clicks and signatures, by the signer's country or by a fact of the link."""
    statement = f"""SELECT key, day, sum(people), sum(bots), sum(confirmed), sum(pending)
        FROM ({tallies.days_quick(table.by)}) AS counted
        WHERE {scope.where()} GROUP BY 1, 2"""
    for key, day, people, bots, confirmed, pending in tallies.rows(statement, scope.facts):
        facts, of_link = _read(key, table.by)
        row = table.row(facts, of_link=of_link)
        row.people += people
        row.bots += bots
        row.pending += pending
        _confirm(row, day, confirmed)


def _add_hours(table: _Table, scope: Scope) -> None:
    """Everything that has an hour, by the day or by the hour of the day."""
    # Mentions have neither place nor lane: they are counted whole where those are asked for.
    mentions = scope.where() if scope.narrow.of_mentions else "true"
    statement = f"""SELECT {_COUNTED[table.by]}, (hour AT TIME ZONE %(zone)s)::date,
            sum(mentions) FILTER (WHERE {mentions}), sum(people) FILTER (WHERE {scope.where()}),
            sum(bots) FILTER (WHERE {scope.where()}), sum(confirmed) FILTER (WHERE {scope.where()}),
            sum(pending) FILTER (WHERE {scope.where()})
        FROM ({tallies.HOURS_QUICK}) AS counted GROUP BY 1, 2"""
    for key, day, mentioned, people, bots, confirmed, pending in tallies.rows(
        statement, scope.facts
    ):
        row = table.row((key,))
        row.mentions += mentioned or 0
        row.people += people or 0
        row.bots += bots or 0
        row.pending += pending or 0
        _confirm(row, day, confirmed or 0)


def _read(key: str, by: By) -> tuple[Key, bool]:
    """A row's facts, and whether it is about links at all."""
    if key:
        return tuple(json.loads(key)), True
    return (None,) * len(tallies.FACTS.get(by, ("",))), False


def _add_mentions(table: _Table, scope: Scope) -> None:
    """What people wrote about, in which language and where: a mention has no clip and no editor."""
    if table.by == "theme":
        source, column = f"({tallies.days_quick('theme')}) AS counted WHERE", "key"
    elif table.by in {"language", "network"}:
        source, column = f"({tallies.HOURS_QUICK}) AS counted WHERE", table.by
    else:
        return
    mentions = scope.where() if scope.narrow.of_mentions else "true"
    statement = f"""SELECT {column}, sum(mentions) FROM {source} {mentions}
        AND mentions > 0 GROUP BY 1"""
    for key, mentioned in tallies.rows(statement, scope.facts):
        facts = _read(key, table.by)[0] if table.by == "theme" else (key,)
        table.row(facts).mentions = mentioned


def _add_replies(table: _Table, scope: Scope) -> None:
    """Replies that went out in the period, what they cost and were seen, and how long they took."""
    column = _POSTED.get(table.by) or tallies.key(table.by)
    is_place = "grouping(link.storyteller)" if table.by == "storyteller" else "0"
    statement = f"""SELECT {column}, {is_place}, count(*), COALESCE(sum(views), 0), count(views),
            COALESCE(sum(shares), 0), sum(cost),
            percentile_cont(0.5) WITHIN GROUP (ORDER BY posted_at - tweeted_at)
        FROM petitions_trackedlink AS link {tallies.THEMES if table.by == "theme" else ""}
        WHERE link.petition_id IN {tallies.OURS}
            AND link.posted_at >= %(start)s AND link.posted_at < %(end)s AND {scope.where("link.")}
        GROUP BY {_groups(table.by)}"""
    places: dict[str, timedelta] = {}
    found = tallies.rows(statement, scope.facts)
    for key, whole_place, replies, views, viewed, shares, cost, wait in found:
        if whole_place:
            places[json.loads(key)[0]] = wait
            continue
        row = table.row((key,) if table.by in _POSTED else _read(key, table.by)[0])
        row.replies, row.views, row.viewed, row.shares = replies, views, viewed, shares
        row.cost, row.wait = cost, wait
    for row in table.rows.values():
        row.place_wait = places.get(row.place)


def _groups(by: By) -> str:
    """By the facts themselves: they are made a key once a group, not once a link."""
    if by == "storyteller":
        return "GROUPING SETS ((link.place, link.storyteller), (link.place))"
    return _POSTED.get(by) or ", ".join(tallies.FACTS[by])


def _confirm(row: Row, day: date, confirmed: int) -> None:
    row.confirmed += confirmed
    if confirmed:
        row.days[day] = row.days.get(day, 0) + confirmed


def _name(rows: list[Row], by: By) -> None:
    """What a row is called, in words."""
    editors = _editors(rows) if by == "editor" else {}
    called: dict[By, Callable[[Row], str]] = {
        "clip": lambda row: row.key[1],
        "storyteller": lambda row: row.key[1],
        "day": lambda row: names.day(row.key[0]),
        "hour": lambda row: f"{row.key[0]:02d}:00",
        "language": lambda row: names.language(row.key[0] or ""),
        "country": lambda row: names.country(row.key[0]),
        "editor": lambda row: editors.get(row.key[0], ""),
        "theme": lambda row: names.theme(row.key[0] or ""),
        "network": lambda row: names.network(row.key[0] or ""),
        "wait": lambda row: WAITS.get(row.key[0], ""),
    }
    for row in rows:
        name = called[by](row) if by in called else row.key[0]
        row.name = (name or "Not told") if row.of_link else "Straight to the page"


def _editors(rows: list[Row]) -> dict[int, str]:
    wanted = [row.key[0] for row in rows if row.key[0]]
    return {user.pk: user.short_name for user in User.objects.filter(pk__in=wanted)}


def _order(row: Row) -> Any:
    if row.by == "day":
        return (-cast(date, row.key[0]).toordinal(),)
    if row.by in {"hour", "wait"}:
        return (not row.of_link, row.key[0] is None, row.key[0] or 0)
    return (not row.of_link, -row.confirmed, -row.people, -row.replies, -row.mentions, row.name)


def days_of(scope: Scope) -> list[date]:
    """The days of the period up to now, for the small bars of a row; none for a single day."""
    if scope.period.start is None:
        return []
    first = timezone.localdate(scope.period.start)
    last = timezone.localdate()
    if scope.period.end is not None:
        last = min(last, timezone.localdate(scope.period.end - timedelta(microseconds=1)))
    number = (last - first).days + 1
    return [first + timedelta(days=n) for n in range(number)] if number > 1 else []


def places(rows: list[Row]) -> list[tuple[Row, list[Row]]]:
    """Rows of storytellers under the sum of their place, the place with most signatures first."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.place if row.of_link else "", []).append(row)
    sums = [(_sum(group), group) for group in groups.values()]
    return sorted(sums, key=lambda one: (not one[0].of_link, -one[0].confirmed, -one[0].people))


def _sum(group: list[Row]) -> Row:
    first = group[0]
    total = Row(
        key=(first.key[0], first.key[0]) if first.of_link else first.key,
        by=first.by,
        of_link=first.of_link,
        name=(first.place or "Not told") if first.of_link else first.name,
        wait=first.place_wait if first.of_link else None,
    )
    for row in group:
        for name in ("replies", "views", "viewed", "people", "bots", "pending", "shares"):
            setattr(total, name, getattr(total, name) + getattr(row, name))
        total.confirmed += row.confirmed
        if row.cost is not None:
            total.cost = (total.cost or Decimal(0)) + row.cost
        for day, number in row.days.items():
            total.days[day] = total.days.get(day, 0) + number
    return total
