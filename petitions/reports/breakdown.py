"""The same numbers by clip, by storyteller and place, by day, or by language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate

from petitions.reports.rates import Rate
from petitions.reports.scope import ALL, CONFIRMED, PENDING, WAIT, Quantile, Scope

By = Literal["clip", "storyteller", "day", "language"]
NAMES: dict[By, str] = {
    "clip": "Clip",
    "storyteller": "Storyteller and place",
    "day": "Day",
    "language": "Language",
}
#: What a row of each table has in common, as fields of the link.
_FIELDS: dict[By, list[str]] = {
    "clip": ["clip_id", "clip_title", "storyteller", "place"],
    "storyteller": ["place", "storyteller"],
    "day": [],
    "language": ["language"],
}

Key = tuple[Any, ...]


@dataclass(slots=True)
class Row:
    """One line. `wait` is the median from tweet to reply; `of_link` is False for signatures of
    people who came straight to the page."""

    key: Key
    by: By
    of_link: bool = True
    replies: int = 0
    people: int = 0
    bots: int = 0
    confirmed: int = 0
    pending: int = 0
    wait: timedelta | None = None

    @property
    def signed(self) -> Rate:
        return Rate(self.confirmed, self.people)

    @property
    def day(self) -> date | None:
        return cast(date, self.key[0]) if self.by == "day" else None

    @property
    def place(self) -> str:
        return {"clip": lambda: self.key[3], "storyteller": lambda: self.key[0]}.get(
            self.by, lambda: ""
        )() or ""

    @property
    def name(self) -> str:
        if not self.of_link:
            return "Straight to the page"
        if self.by == "day":
            day = cast(date, self.key[0])
            return f"{day:%a} {day.day} {day:%b}"
        index = {"clip": 1, "storyteller": 1, "language": 0}[self.by]
        return str(self.key[index] or "") or "Not told"

    @property
    def detail(self) -> str:
        """Who says it, and where."""
        if self.by != "clip" or not self.of_link:
            return ""
        return ", ".join(part for part in self.key[2:4] if part)


def read(scope: Scope, *, by: By) -> list[Row]:
    """Three questions, and one row for each clip (storyteller, day, language) with any number."""
    rows: dict[Key, Row] = {}

    def row(key: Key) -> Row:
        return rows.setdefault(
            key, Row(key=key, by=by, of_link=any(part is not None for part in key))
        )

    replies = _grouped(scope.replies(), by, "posted_at", prefix="")
    for key, facts in _rows(replies.annotate(replies=ALL, wait=Quantile(WAIT, share=0.5)), by):
        row(key).replies, row(key).wait = facts["replies"], facts["wait"]
    clicks = _grouped(scope.clicks(), by, "hour", prefix="link__")
    for key, facts in _rows(clicks.annotate(all_people=Sum("people"), all_bots=Sum("bots")), by):
        row(key).people, row(key).bots = facts["all_people"], facts["all_bots"]
    signatures = _grouped(scope.signatures(), by, "signed_at", prefix="link__")
    for key, facts in _rows(signatures.annotate(confirmed=CONFIRMED, pending=PENDING), by):
        row(key).confirmed, row(key).pending = facts["confirmed"], facts["pending"]
    return sorted(rows.values(), key=_order)


def _order(row: Row) -> Any:
    if row.day:
        return (-row.day.toordinal(),)
    return (not row.of_link, -row.confirmed, -row.people, -row.replies, row.name)


def _grouped(
    found: QuerySet[Any], by: By, when: str, *, prefix: str
) -> QuerySet[Any, dict[str, Any]]:
    grouped: QuerySet[Any, dict[str, Any]]
    if by == "day":
        grouped = found.annotate(date=TruncDate(when)).values("date").order_by()
    else:
        grouped = found.values(*(prefix + name for name in _FIELDS[by])).order_by()
    return grouped


def _rows(found: QuerySet[Any, dict[str, Any]], by: By) -> Iterable[tuple[Key, dict[str, Any]]]:
    width = len(_FIELDS[by]) or 1
    for facts in found:
        yield tuple(list(facts.values())[:width]), facts


def places(rows: list[Row]) -> list[tuple[Row, list[Row]]]:
    """Rows of storytellers under the sum of their place, the place with most signatures first.

    A place's own wait is not the median of its storytellers': see `speed`.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.place if row.of_link else "", []).append(row)
    sums = [(_sum(group), group) for group in groups.values()]
    return sorted(sums, key=lambda one: (not one[0].of_link, -one[0].confirmed, -one[0].people))


def _sum(group: list[Row]) -> Row:
    first = group[0]
    return Row(
        key=(first.key[0], first.key[0]) if first.of_link else first.key,
        by=first.by,
        of_link=first.of_link,
        replies=sum(row.replies for row in group),
        people=sum(row.people for row in group),
        bots=sum(row.bots for row in group),
        confirmed=sum(row.confirmed for row in group),
        pending=sum(row.pending for row in group),
    )
