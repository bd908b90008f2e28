"""Pages that show footage together with the replies that it is in."""

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from campaign.access import NewsroomRequest, newsroom
from responders.reports import footage
from videos import reports
from videos.models import Storyteller


@require_safe
@newsroom("campaign.view_clips")
def uses(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """Where a clip was used, and what came of it."""
    clip = reports.one_clip(request.campaign, pk)
    context = reports.clip_page(clip, request.user, section="use")
    return render(request, "responders/footage/uses.html", context | {"uses": footage.uses(clip)})


@require_safe
@newsroom("campaign.view_identities")
def withdrawal(request: NewsroomRequest, pk: int) -> HttpResponse:
    """What a withdrawal has done, what is still under way, and what could not be done."""
    people = Storyteller.objects.filter(campaign=request.campaign).select_related("place")
    person = get_object_or_404(people, pk=pk)
    report = footage.withdrawal(person)
    if report is None:
        raise Http404("Nothing was withdrawn.")
    context = {"person": person, "report": report}
    return render(request, "responders/footage/withdrawal.html", context)
