"""The chain of custody of a clip, its export, and the original for those who may see it."""

import uuid

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from videos import custody, reports, storage
from videos.actions import evidence
from videos.models import CustodyEvent


@require_safe
@newsroom("campaign.view_audit")
def chain(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """Every event of the clip, and whether the chain holds."""
    clip = reports.one_clip(request.campaign, pk, withdrawn=True)
    events = list(CustodyEvent.objects.filter(clip=clip).select_related("actor"))
    context = reports.clip_page(clip, request.user, section="custody")
    context |= {
        "events": events,
        "breaks": {one.number: one.wrong for one in custody.breaks(events)},
    }
    return render(request, "videos/clip/custody.html", context)


@require_POST
@newsroom("campaign.view_identities")
def export(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A zip for a lawyer: the chain, what was agreed, and the files with their hashes."""
    clip = reports.one_clip(request.campaign, pk, withdrawn=True)
    package = evidence.export(clip, by=request.user)
    response = FileResponse(package, as_attachment=True, filename=f"custody-{clip.pk.hex[:8]}.zip")
    response["Content-Type"] = "application/zip"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@newsroom("campaign.view_identities")
def original(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponseBase:
    """The film as it came, as a download and nothing else. Each look is an event of custody."""
    clip = reports.one_clip(request.campaign, pk, withdrawn=True)
    if clip.purged_at is not None or not storage.exists(clip.original):
        raise Http404("The original is not in the store any more.")
    evidence.note_look(clip, by=request.user)
    response = FileResponse(
        storage.open_file(clip.original), as_attachment=True, filename=f"original-{clip.pk.hex}.bin"
    )
    response["Content-Type"] = "application/octet-stream"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
