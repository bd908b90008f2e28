"""What an address asks of the report, and everything that the page then shows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, cast, get_args
from urllib.parse import urlencode

from django.core.cache import cache

from campaign.models import Campaign
from petitions.models import CountSnapshot, TrackedLink
from petitions.reports import breakdown, charts, funnel, names, period, speed
from petitions.reports.breakdown import By, Row
from petitions.reports.funnel import Totals
from petitions.reports.rates import Rate
from petitions.reports.scope import LANES, Narrow, Scope, narrow

#: Rows of a table on the page; all of them are in the export.
MOST_ROWS = 100
#: So many of them fit below the charts on one printed page (static/css/report-print.css).
PRINTED = 12
PERIODS = {"today": "Today", "week": "7 days", "all": "All"}


@dataclass(frozen=True)
class Asked:
    """What stands in a report's address."""

    scope: Scope
    by: By
    against: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        known = {**self.scope.period.parameters, "by": self.by, **self.scope.narrow.wanted}
        return known | ({"against": self.against} if self.against else {})

    @property
    def query(self) -> str:
        return urlencode(self.parameters)

    def but(self, **changes: str) -> str:
        """The address of the same report with something changed; "" takes a part away."""
        wanted = self.parameters
        if {"period", "from"} & changes.keys():
            wanted = {
                name: it for name, it in wanted.items() if name not in {"period", "from", "to"}
            }
        return "?" + urlencode({name: it for name, it in (wanted | changes).items() if it})

    @property
    def words(self) -> str:
        """What the report covers, for a heading."""
        parts = [self.scope.period.words, self.scope.narrow.words]
        return ", ".join(part for part in parts if part)


def asked(campaign: Campaign, query: Mapping[str, str]) -> Asked:
    known: tuple[By, ...] = get_args(By)
    by: By = next((by for by in known if by == query.get("by")), "storyteller")
    return Asked(
        scope=Scope(campaign, period.read(query), narrow(query)),
        by=by,
        against=period.checked_against(query.get("against", "")),
    )


@dataclass(frozen=True)
class Step:
    """One number of the funnel, with the rate that leads to it from the number before."""

    name: str
    total: int | None
    detail: str
    spark: str = ""
    rate: str = ""
    rate_means: str = ""
    change: str = ""
    bots: charts.Split | None = None


@dataclass(frozen=True)
class Shown:
    """A row of the table with its whisker and its small bars."""

    row: Row
    whisker: charts.Whisker
    spark: str
    is_place: bool = False
    in_place: bool = False


@dataclass(frozen=True)
class Filter:
    """One thing to narrow down by: its choices as address, name, and whether it is chosen."""

    label: str
    choices: list[tuple[str, str, bool]]
    narrows: bool


class Report:
    """Everything that the page shows, asked for once."""

    def __init__(self, wanted: Asked) -> None:
        self.asked = wanted
        self.scope = scope = wanted.scope
        self.period = scope.period
        self.by = wanted.by
        self.funnel = funnel.read(scope)
        self.total = self.funnel.total
        self.rows = breakdown.read(scope, by=wanted.by)
        self.speeds = speed.read(scope)
        self.before_period = period.before(scope.period, wanted.against)
        self.before = self._before()
        counts = CountSnapshot.objects.filter(petition__campaign=scope.campaign)
        self.counted_at: datetime | None = (
            counts.order_by("counted_at").values_list("counted_at", flat=True).first()
        )

    def _before(self) -> Totals | None:
        """The numbers to compare with; None when there is nothing to compare with."""
        if self.before_period is None:
            return None
        found = funnel.totals(replace(self.scope, period=self.before_period))
        return None if found.is_empty else found

    @cached_property
    def steps(self) -> list[Step]:
        total, before = self.total, self.before
        moments = self.funnel.moments

        def spark(name: str) -> str:
            return charts.spark([getattr(one, name) for one in moments])

        def change(name: str) -> str:
            return charts.change(getattr(total, name), getattr(before, name)) if before else ""

        viewed = f"known for {Rate(total.viewed, total.replies).percent} of replies"
        return [
            Step(
                "Mentions", total.mentions, "received", spark("mentions"),
                change=change("mentions"),
            ),
            Step(
                "Answered", total.replies, f"{total.field_replies:,} filmed for one person",
                spark("replies"), total.answered.percent, "of mentions got a reply",
                change("replies"),
            ),
            Step(
                "Views", total.views if total.viewed else None,
                viewed if total.viewed else "the network has not told yet", spark("views"),
                total.views_a_reply, "views a reply", change("views"),
            ),
            Step(
                "Clicks by people", total.people, f"bots kept apart: {total.bots:,}",
                rate=total.clicked.percent if total.viewed else total.clicks_a_reply,
                rate_means="of views became a click" if total.viewed else "clicks a reply",
                change=change("people"), bots=charts.split(total.people, total.bots),
            ),
            Step(
                "Signatures, confirmed", total.confirmed, self._still_to_confirm,
                spark("confirmed"), total.signed.percent,
                "of clicks became confirmed signatures", change("confirmed"),
            ),
            Step(
                "Passed on", total.shares + total.passed_on, self._passed_on, spark("shares"),
                change=change("passed_on"),
            ),
        ]  # fmt: skip

    @property
    def _still_to_confirm(self) -> str:
        total = self.total
        straight = f", {total.straight:,} straight to the page" if total.straight else ""
        return f"{total.pending:,} still to confirm{straight}"

    @property
    def _passed_on(self) -> str:
        total = self.total
        where = f"{total.passed_on:,} by signers, {total.shares:,} on the network"
        return f"{where}, brought {total.brought:,} signatures" if total.brought else where

    @property
    def heading(self) -> str:
        return breakdown.NAMES[self.by]

    @property
    def shows_mentions(self) -> bool:
        return self.by in {"day", "hour", "language", "network", "theme"}

    @property
    def shows_links(self) -> bool:
        """Countries are facts of signers: no reply and no click has one."""
        return self.by != "country"

    @property
    def several(self) -> bool:
        return self.by == "theme"

    @property
    def moments_with_numbers(self) -> list[funnel.Moment]:
        """The newest first; empty hours would hide the others."""
        return [one for one in reversed(self.funnel.moments) if not one.is_empty]

    @cached_property
    def chart(self) -> charts.Bars:
        return charts.signatures(self.funnel)

    @cached_property
    def waits(self) -> list[charts.Waits]:
        return charts.waits(self.speeds)

    @cached_property
    def wait_steps(self) -> list[tuple[str, str]]:
        """The steps that any bar has, as code and name, for the legend."""
        used = {
            part.step for one in self.speeds for part in [*one.median.parts, *one.nine_in_ten.parts]
        }
        return [(code, name) for code, name in speed.STEPS.items() if code in used]

    @cached_property
    def top(self) -> float:
        return charts.scale_top([row.signed for row in self.rows])

    @property
    def top_percent(self) -> str:
        return f"{100 * self.top:.0f} %"

    @property
    def average(self) -> charts.Whisker:
        return charts.whisker(self.total.signed, top=self.top)

    @cached_property
    def days(self) -> list[date]:
        return breakdown.days_of(self.scope) if self.by not in {"day", "hour"} else []

    @cached_property
    def shown(self) -> list[Shown]:
        if self.by != "storyteller":
            return [self._shown(row) for row in self.rows[:MOST_ROWS]]
        lines: list[Shown] = []
        for place, people in breakdown.places(self.rows):
            lines.append(self._shown(place, is_place=place.of_link))
            if place.of_link:
                lines += [self._shown(row, in_place=True) for row in people]
        return lines[:MOST_ROWS]

    def _shown(self, row: Row, *, is_place: bool = False, in_place: bool = False) -> Shown:
        bars = charts.spark([row.days.get(day, 0) for day in self.days], width=96)
        return Shown(row, charts.whisker(row.signed, top=self.top), bars, is_place, in_place)

    @property
    def printed(self) -> int:
        return PRINTED

    @property
    def left_out_in_print(self) -> bool:
        return len(self.shown) > PRINTED

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - MOST_ROWS)

    @property
    def query(self) -> str:
        return self.asked.query

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        return [
            (self.asked.but(by=by), name, by == self.by) for by, name in breakdown.NAMES.items()
        ]

    @property
    def periods(self) -> list[tuple[str, str, bool]]:
        return [
            (self.asked.but(period=key), name, key == self.period.name)
            for key, name in PERIODS.items()
        ]

    @cached_property
    def filters(self) -> list[Filter]:
        """What the campaign's replies can be narrowed down to."""
        facts = _facts_of_replies(self.scope.campaign)
        whole = {
            "place": "All places", "language": "All languages", "network": "All networks",
            "lane": "Both lanes",
        }  # fmt: skip
        chosen = self.scope.narrow
        found = []
        for place, one in enumerate(fields(Narrow)):
            now = getattr(chosen, one.name)
            values = sorted({row[place] for row in facts if row[place]} | ({now} if now else set()))
            if len(values) > 1 or now:
                choices = [(self.asked.but(**{one.name: ""}), whole[one.name], not now)]
                choices += [
                    (self.asked.but(**{one.name: value}), _called(one.name, value), value == now)
                    for value in values
                ]
                found.append(
                    Filter(_called(one.name, now) if now else whole[one.name], choices, bool(now))
                )
        return found

    @property
    def comparisons(self) -> list[tuple[str, str, bool]]:
        chosen = self.asked.against
        return [
            (self.asked.but(against=""), "The time before", chosen == ""),
            (self.asked.but(against="none"), "Nothing", chosen == "none"),
        ]

    @property
    def hidden(self) -> dict[str, str]:
        """What a form of dates keeps of the address."""
        kept: dict[str, Any] = self.asked.parameters
        return {name: it for name, it in kept.items() if name not in {"period", "from", "to"}}

    @property
    def rate_of_all(self) -> Rate:
        return self.total.signed


def _facts_of_replies(campaign: Campaign) -> set[tuple[str, ...]]:
    """Every (place, language, network, lane) that a reply has; at most a minute old."""

    def ask() -> set[tuple[str, ...]]:
        known = TrackedLink.objects.posted().filter(petition__campaign=campaign).order_by()
        return set(known.values_list("place", "language", "network", "lane").distinct())

    return cast(set[tuple[str, ...]], cache.get_or_set(_facts_key(campaign), ask, 60))


def forget_facts(campaign: Campaign) -> None:
    """Many replies came at once: look anew at what a report can be narrowed down to."""
    cache.delete(_facts_key(campaign))


def _facts_key(campaign: Campaign) -> str:
    return f"facts-of-replies:{campaign.pk}"


def _called(name: str, value: str) -> str:
    if name == "language":
        return names.language(value)
    if name == "network":
        return names.network(value)
    return LANES.get(value, value) if name == "lane" else value
