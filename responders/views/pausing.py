"""Pause and resume, from the top bar of every page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from campaign.access import NewsroomRequest, newsroom
from responders.actions import pausing

PAUSE = "campaign.pause_posting"


@require_POST
@newsroom(PAUSE)
def pause(request: NewsroomRequest) -> HttpResponse:
    """Nothing more goes out from this campaign."""
    try:
        pausing.pause(request.campaign, reason=request.POST.get("reason", ""), by=request.user)
    except pausing.Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request)


@require_POST
@newsroom(PAUSE)
def resume(request: NewsroomRequest) -> HttpResponse:
    """End the pause that the page shows."""
    stop = pausing.shown_for(request.campaign)
    if stop is None:
        messages.error(request, "Posting goes on already.")
        return _back(request)
    try:
        stale = pausing.resume(stop, by=request.user)
    except pausing.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = f" {stale} waited too long and need a new look." if stale else ""
        messages.success(request, f"Posting goes on.{words}")
    return _back(request)


def _back(request: NewsroomRequest) -> HttpResponse:
    """To the page that the button was pressed on."""
    page = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(
        page, {request.get_host()}, require_https=request.is_secure()
    ):
        return redirect(page)
    return redirect("outbox", campaign=request.campaign.slug)
