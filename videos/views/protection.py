"""Hiding people in a clip: the page where boxes are drawn, and the second person's verdict."""

import uuid

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from videos import reports
from videos.actions import protection
from videos.models import Clip, Protection
from videos.views import sent


@require_safe
@newsroom("campaign.review_clips")
def edit(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """Draw, or, when another has drawn, look and decide."""
    clip = reports.one_clip(request.campaign, pk)
    hidden = Protection.objects.filter(clip=clip).select_related("drawn_by", "verified_by").first()
    context = reports.clip_page(clip, request.user, section="protection")
    context |= {
        "hidden": hidden,
        "boxes": hidden.boxes if hidden else [],
        "needed": protection.needed(clip),
        "voices": Protection.Voice.choices,
        "is_mine": bool(hidden and hidden.drawn_by_id == request.user.pk),
        "deciding": bool(hidden and hidden.status == Protection.Status.RENDERED),
    }
    return render(request, "videos/clip/protection.html", context)


@require_POST
@newsroom("campaign.review_clips")
def draw(request: NewsroomRequest, pk: uuid.UUID) -> JsonResponse:
    """What the page sends: JSON with `boxes` and `voice`."""
    clip = reports.one_clip(request.campaign, pk)
    try:
        told = sent.told(request)
        voice = Protection.Voice(told["voice"])
        protection.draw(clip, told["boxes"], voice=voice, by=request.user)
    except protection.ProtectionError as error:
        return JsonResponse({"error": str(error)}, status=422)
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "This could not be read. Reload the page."}, status=400)
    messages.success(request, "It is being made. A second person looks at it before it is shown.")
    return JsonResponse({})


@require_POST
@newsroom("campaign.review_clips")
def change(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for protection, verify it, or send it back: `do` says which."""
    clip = reports.one_clip(request.campaign, pk)
    try:
        words = _change(request, clip)
    except protection.ProtectionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect("clip-protection", request.campaign.slug, pk)


def _change(request: NewsroomRequest, clip: Clip) -> str:
    reason = request.POST.get("reason", "")
    match request.POST.get("do"):
        case "require":
            protection.require(clip, reason=reason, by=request.user)
            return "Off the shelf until somebody in it is hidden."
        case "verify":
            protection.verify(clip, by=request.user)
            return "Verified."
        case "reject":
            protection.reject(clip, reason=reason, by=request.user)
            return "It is drawn again."
        case _:
            raise protection.ProtectionError("This page is out of date. Reload it.")
