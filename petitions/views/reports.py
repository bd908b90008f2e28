"""What the campaign does for the petition, for those who may see reports."""

from dataclasses import dataclass
from functools import cached_property
from typing import get_args
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaign.access import NewsroomRequest, newsroom
from petitions.models import CountSnapshot
from petitions.reports import breakdown, charts, export, funnel, period, speed
from petitions.reports.breakdown import By, Row
from petitions.reports.rates import Rate
from petitions.reports.scope import Scope

#: Rows of a table on the page; all of them are in the export.
MOST_ROWS = 100


@dataclass(frozen=True)
class Step:
    """One number of the funnel, with the rate that leads to it from the number before."""

    name: str
    total: int
    detail: str
    spark: list[tuple[float, float, float, float]]
    rate: str = ""
    rate_means: str = ""


@dataclass(frozen=True)
class Shown:
    """A row of the table with its whisker."""

    row: Row
    whisker: charts.Whisker
    is_place: bool = False
    in_place: bool = False


class Report:
    """Everything that the page shows, asked for once."""

    def __init__(self, scope: Scope, *, by: By) -> None:
        self.scope = scope
        self.period = scope.period
        self.by = by
        self.funnel = funnel.read(scope)
        self.rows = breakdown.read(scope, by=by)
        self.speeds = speed.read(scope)
        counts = CountSnapshot.objects.filter(petition__campaign=scope.campaign)
        self.counted_at = counts.order_by("counted_at").values_list("counted_at", flat=True).first()

    @cached_property
    def steps(self) -> list[Step]:
        total, moments = self.funnel, self.funnel.moments
        straight = f", {total.straight:,} straight to the page" if total.straight else ""
        return [
            Step(
                "Mentions", total.mentions, "received",
                charts.spark([m.mentions for m in moments]),
            ),
            Step(
                "Replies", total.replies, "posted", charts.spark([m.replies for m in moments]),
                total.answered.percent, "of mentions got a reply",
            ),
            Step(
                "Clicks by people", total.people, f"bots kept apart: {total.bots:,}",
                charts.spark([m.people for m in moments]),
                total.clicks_a_reply, "clicks a reply",
            ),
            Step(
                "Signatures, confirmed", total.confirmed,
                f"{total.pending:,} still to confirm{straight}",
                charts.spark([m.confirmed for m in moments]),
                total.signed.percent, "of clicks became confirmed signatures",
            ),
        ]  # fmt: skip

    @property
    def heading(self) -> str:
        return breakdown.NAMES[self.by]

    @property
    def moments_with_numbers(self) -> list[funnel.Moment]:
        """The newest first; empty hours would hide the others."""
        return [
            one
            for one in reversed(self.funnel.moments)
            if one.mentions or one.replies or one.people or one.bots or one.confirmed or one.pending
        ]

    @cached_property
    def chart(self) -> charts.Bars:
        return charts.signatures(self.funnel)

    @cached_property
    def top(self) -> float:
        return charts.scale_top([row.signed for row in self.rows])

    @property
    def top_percent(self) -> str:
        return f"{100 * self.top:.0f} %"

    @property
    def average(self) -> charts.Whisker:
        return charts.whisker(self.funnel.signed, top=self.top)

    @cached_property
    def shown(self) -> list[Shown]:
        if self.by != "storyteller":
            return [self._shown(row) for row in self.rows[:MOST_ROWS]]
        lines: list[Shown] = []
        medians = {one.place: one.median for one in self.speeds}
        for place, people in breakdown.places(self.rows):
            place.wait = medians.get(place.name) if place.of_link else None
            lines.append(self._shown(place, is_place=place.of_link))
            if place.of_link:
                lines += [self._shown(row, in_place=True) for row in people]
        return lines[:MOST_ROWS]

    def _shown(self, row: Row, *, is_place: bool = False, in_place: bool = False) -> Shown:
        return Shown(row, charts.whisker(row.signed, top=self.top), is_place, in_place)

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - MOST_ROWS)

    @property
    def slowest(self) -> float:
        return max((one.nine_in_ten.total_seconds() for one in self.speeds), default=1) or 1

    @property
    def query(self) -> str:
        return f"{self.period.query}&{urlencode({'by': self.by})}"

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        return [
            (f"?{self.period.query}&{urlencode({'by': by})}", name, by == self.by)
            for by, name in breakdown.NAMES.items()
        ]

    @property
    def periods(self) -> list[tuple[str, str, bool]]:
        names = {"today": "Today", "week": "7 days", "all": "All"}
        return [
            (f"?{urlencode({'period': key, 'by': self.by})}", name, key == self.period.name)
            for key, name in names.items()
        ]

    @property
    def rate_of_all(self) -> Rate:
        return self.funnel.signed


def _by(request: NewsroomRequest) -> By:
    wanted = request.GET.get("by", "")
    return next((by for by in get_args(By) if by == wanted), "storyteller")


@require_safe
@newsroom("campaign.view_reports")
def reports(request: NewsroomRequest) -> HttpResponse:
    """The funnel, the chart and the tables; their fragment alone when news of counts came."""
    scope = Scope(request.campaign, period.read(request.GET.dict()))
    report = Report(scope, by=_by(request))
    fragment = "#figures" if getattr(request, "htmx", False) else ""
    return render(request, f"petitions/report.html{fragment}", {"report": report})


@require_safe
@newsroom("campaign.view_reports")
def reports_csv(request: NewsroomRequest) -> HttpResponseBase:
    """One table, every row. It holds no personal data."""
    by = _by(request)
    scope = Scope(request.campaign, period.read(request.GET.dict()))
    name = f"{request.campaign.slug}-by-{by}-{timezone.localdate().isoformat()}.csv"
    response = StreamingHttpResponse(
        export.lines(breakdown.read(scope, by=by), by=by), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
