"""Signatures that may not be people's: seen in groups, taken out, taken back. For managers."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest
from petitions import rules
from petitions.actions import moderation
from petitions.actions.moderation import Chosen
from petitions.models import Alert, DomainRule, Petition, Removal, Signature
from petitions.views import desk

ROWS = 50
GROUPS = 12
PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
PERIOD_NAMES = {"": "All time", "hour": "Last hour", "day": "Last 24 hours", "week": "Last 7 days"}


def chosen(query: QueryDict) -> Chosen:
    """What the address asks for; parts that nobody could have chosen are left out."""
    since = PERIODS.get(query.get("period", ""))
    return Chosen(
        state=_one_of(query.get("state", ""), Signature.State.values),
        suspicion=_one_of(query.get("suspicion", ""), Signature.Suspicion.values),
        domain=_text(query, "domain", 253),
        network=_text(query, "network", 32),
        country=_text(query, "country", 2),
        since=timezone.now() - since if since else None,
    )


def _one_of(value: str, known: list[str]) -> str:
    return value if value in known else ""


def _text(query: QueryDict, name: str, longest: int) -> str:
    """Of an address, or of one that a form sends along."""
    return query.get(name, "").replace("\0", "").strip()[:longest]


@dataclass
class Review:
    """Everything that the page shows."""

    petition: Petition
    query: QueryDict

    @cached_property
    def chosen(self) -> Chosen:
        return chosen(self.query)

    @cached_property
    def found(self) -> QuerySet[Signature]:
        return self.chosen.of(self.petition)

    @cached_property
    def page(self) -> Page[Signature]:
        rows = self.found.defer("name", "email", "postcode").order_by("-id")
        return Paginator(rows, ROWS).get_page(self.query.get("page"))

    @property
    def count(self) -> int:
        return self.page.paginator.count

    @cached_property
    def domains(self) -> list[dict[str, object]]:
        return self._groups("domain")

    @cached_property
    def networks(self) -> list[dict[str, object]]:
        return self._groups("network")

    def _groups(self, name: str) -> list[dict[str, object]]:
        rows = (
            self.found.exclude(**{name: ""})
            .values(name)
            .annotate(count=Count("pk"))
            .order_by("-count", name)[:GROUPS]
        )
        return [
            {
                "value": row[name],
                "count": row["count"],
                "share": 100 * row["count"] / max(1, self.count),
                "query": self.with_(**{name: row[name]}),
            }
            for row in rows
        ]

    def with_(self, **changes: str) -> str:
        """The address's query with this changed, from its first page."""
        facts = {name: self.query.get(name, "") for name in FILTERS} | changes
        return urlencode({name: value for name, value in facts.items() if value})

    @property
    def filters(self) -> str:
        return self.with_()

    @property
    def states(self) -> list[tuple[str, str, bool]]:
        names = [("", "All"), *Signature.State.choices]
        return [(self.with_(state=key), name, key == self.chosen.state) for key, name in names]

    @property
    def periods(self) -> list[tuple[str, str, bool]]:
        now = self.query.get("period", "")
        return [(self.with_(period=key), name, key == now) for key, name in PERIOD_NAMES.items()]

    @property
    def narrowed(self) -> list[tuple[str, str, str]]:
        """What narrows the list beside state and time, each with the way to drop it."""
        return [
            (name.capitalize(), value, self.with_(**{name: ""}))
            for name in ("domain", "network", "country", "suspicion")
            if (value := getattr(self.chosen, name))
        ]

    @property
    def alerts(self) -> QuerySet[Alert]:
        return Alert.objects.filter(petition=self.petition, seen_at=None).order_by("-last_at")

    @property
    def removals(self) -> QuerySet[Removal]:
        return Removal.objects.filter(petition=self.petition).select_related("by", "undone_by")[:20]

    @property
    def rules(self) -> QuerySet[DomainRule]:
        return DomainRule.objects.filter(petition=self.petition).order_by("kind", "value")


FILTERS = ("state", "suspicion", "domain", "network", "country", "period")


@require_safe
@desk.of_petition
def review(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """Signatures in groups; by default those that were kept apart."""
    query = request.GET
    if not any(name in query for name in (*FILTERS, "page")):
        query = QueryDict("state=fraudulent")
    context = {"petition": petition, "review": Review(petition, query)}
    return render(request, "petitions/review.html", context)


@require_POST
@desk.of_petition
def take_out(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """Take out all that the filters choose."""
    filters = request.POST.get("filters", "")
    reason = " ".join(request.POST.get("reason", "").split())[:200]
    wanted = chosen(QueryDict(filters))
    if not reason:
        messages.error(request, "Nothing was taken out: say why. The public ledger shows it.")
    elif not wanted.facts:
        messages.error(request, "Nothing was taken out: choose which signatures first.")
    else:
        try:
            removal = moderation.remove(petition, wanted, reason=reason, by=request.user)
        except moderation.Nothing:
            messages.error(request, "None of these counts; nothing was changed.")
        else:
            messages.success(request, f"{removal.count:,} taken out. You can undo it below.")
    return desk.back(petition, "review", query=filters)


@require_POST
@desk.of_petition
def accept(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """They are people after all: all that the filters choose."""
    filters = request.POST.get("filters", "")
    try:
        count = moderation.accept(petition, chosen(QueryDict(filters)), by=request.user)
    except moderation.Nothing:
        messages.error(request, "None of these was kept apart; nothing was changed.")
    else:
        messages.success(request, f"{count:,} taken for people; their mail goes out now.")
    return desk.back(petition, "review", query=filters)


@require_POST
@desk.of_petition
def undo(request: NewsroomRequest, petition: Petition, pk: int) -> HttpResponse:
    removal = get_object_or_404(Removal, pk=pk, petition=petition)
    try:
        count = moderation.undo(removal, by=request.user)
    except moderation.Undone:
        messages.error(request, "Somebody has taken this back already.")
    else:
        messages.success(request, f"{count:,} are as they were before.")
    return desk.back(petition, "review", query=request.POST.get("filters", ""))


@require_POST
@desk.of_petition
def add_rule(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    try:
        rule = moderation.add_rule(
            petition,
            kind=_one_of(request.POST.get("kind", ""), DomainRule.Kind.values) or "block",
            what=_one_of(request.POST.get("what", ""), DomainRule.What.values) or "domain",
            value=request.POST.get("value", ""),
            note=request.POST.get("note", ""),
            by=request.user,
        )
    except rules.Wrong as error:
        messages.error(request, f"No rule was made. {error}")
    else:
        messages.success(request, f"{rule.get_kind_display()}: {rule.value}, from now on.")
    return desk.back(petition, "review")


@require_POST
@desk.of_petition
def drop_rule(request: NewsroomRequest, petition: Petition, pk: int) -> HttpResponse:
    rule = get_object_or_404(DomainRule.objects.select_related("petition"), pk=pk)
    if rule.petition_id == petition.pk:
        moderation.drop_rule(rule, by=request.user)
        messages.success(request, f"There is no rule for {rule.value} any more.")
    return desk.back(petition, "review")


@require_POST
@desk.of_petition
def see_alert(request: NewsroomRequest, petition: Petition, pk: int) -> HttpResponse:
    moderation.see(get_object_or_404(Alert, pk=pk, petition=petition), by=request.user)
    return desk.back(petition, "review", query=request.POST.get("filters", ""))
