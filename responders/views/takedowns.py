"""Taking back many replies at once, and the report of each takedown."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from campaign.models import Campaign
from responders.actions import takedowns
from responders.actions.changes import Refused
from responders.models import Takedown
from responders.reports import takedowns as reports
from videos.models import Clip, Storyteller

SOLVE = "campaign.solve_problems"


@require_safe
@newsroom(SOLVE)
def takedown_list(request: NewsroomRequest) -> HttpResponse:
    """What was taken back, and the form for more."""
    return _page(request)


@require_POST
@newsroom(SOLVE)
def order(request: NewsroomRequest) -> HttpResponse:
    """By clip, by storyteller, or all. All needs the campaign's name, typed."""
    try:
        of = _subject(request)
        made = takedowns.order(
            request.campaign, reason=request.POST.get("reason", ""), by=request.user, **of
        )
    except Refused as refusal:
        return _page(request, refused=str(refusal), status=409)
    messages.success(request, "It begins now. This page says how far it is.")
    return redirect("takedown", campaign=request.campaign.slug, pk=made.pk)


@require_safe
@newsroom(SOLVE)
def takedown(request: NewsroomRequest, pk: int) -> HttpResponse:
    """How far it is, reply by reply."""
    rows = Takedown.objects.select_related("clip", "storyteller", "asked_by")
    found = get_object_or_404(rows, campaign=request.campaign, pk=pk)
    context = {"report": reports.report(found), "section": "outbox"}
    return render(request, "responders/takedowns/takedown.html", context)


def _page(request: NewsroomRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    campaign = request.campaign
    context = {
        "takedowns": reports.takedowns(campaign),
        "subjects": reports.subjects(campaign),
        "refused": refused,
        "typed": request.POST,
        "section": "outbox",
    }
    return render(request, "responders/takedowns/takedowns.html", context, status=status)


def _subject(request: NewsroomRequest) -> dict[str, Any]:
    """What the form names. Raises `Refused`."""
    match request.POST.get("scope"):
        case "clip":
            return {"clip": _clip(request.POST.get("clip", ""), campaign=request.campaign)}
        case "storyteller":
            return {"storyteller": _storyteller(request.POST.get("storyteller", ""), request)}
        case "campaign":
            if request.POST.get("confirm", "").strip() != request.campaign.name:
                raise Refused(f"Type “{request.campaign.name}” to take all of it down.")
            return {}
        case _:
            raise Refused("Choose what is taken down.")


def _clip(pk: str, *, campaign: Campaign) -> Clip:
    with suppress(ValueError):
        if clip := Clip.objects.filter(pk=UUID(pk), campaign=campaign).first():
            return clip
    raise Refused("Choose a clip.")


def _storyteller(pk: str, request: NewsroomRequest) -> Storyteller:
    theirs = Storyteller.objects.filter(campaign=request.campaign)
    if pk.isascii() and pk.isdigit() and (found := theirs.filter(pk=int(pk)).first()):
        return found
    raise Refused("Choose a storyteller.")
