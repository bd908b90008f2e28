"""A clip's own page: London plays it, cuts it, says what it is about, accepts it or asks again."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from videos import reports
from videos.actions import footage, protection, retention, review
from videos.forms import DescriptionForm
from videos.models import Clip
from videos.themes import THEMES


@require_safe
@newsroom("campaign.view_clips")
def clip(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """The clip, what is known of it, and what can be done with it now."""
    found = reports.one_clip(request.campaign, pk)
    context = reports.clip_page(found, request.user, section="review")
    context |= {
        "form": DescriptionForm(initial=DescriptionForm.of(found)),
        "all_themes": THEMES,
    }
    return render(request, "videos/clip/review.html", context)


@require_POST
@newsroom("campaign.review_clips")
def describe(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    found = reports.one_clip(request.campaign, pk)
    form = DescriptionForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
    else:
        review.describe(found, form.description, by=request.user)
        messages.success(request, "Saved.")
    return redirect("clip", request.campaign.slug, pk)


@require_POST
@newsroom("campaign.review_clips")
def trim(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """Cut the clip; empty fields mean its own beginning and end."""
    found = reports.one_clip(request.campaign, pk)
    try:
        start, end = (_seconds(request.POST.get(name, "")) for name in ("start", "end"))
        changed = review.trim(found, start=start, end=end, by=request.user)
    except review.ReviewError as error:
        messages.error(request, str(error))
    else:
        words = "Cut. It is being made again." if changed else "It is cut like this already."
        messages.success(request, words)
    return redirect("clip", request.campaign.slug, pk)


def _seconds(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return round(float(text.replace(",", ".")), 2)
    except ValueError as error:
        raise review.ReviewError("Write seconds, such as 2.5.") from error


@require_POST
@newsroom("campaign.review_clips")
def accept(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    found = reports.one_clip(request.campaign, pk)
    seen = request.POST.get("nobody_else") == "on"

    def act() -> str:
        review.accept(found, nobody_else=seen, by=request.user)
        return f"{found.storyteller.public_name}: “{found.title}” is on the shelf."

    return _do(request, found, act)


@require_POST
@newsroom("campaign.review_clips")
def ask_again(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    found = reports.one_clip(request.campaign, pk)

    def act() -> str:
        review.ask_again(found, words=request.POST.get("words", ""), by=request.user)
        return "The crew is asked to film it again."

    return _do(request, found, act)


@require_POST
@newsroom("campaign.review_clips")
def retry(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    found = reports.one_clip(request.campaign, pk)

    def act() -> str:
        review.retry(found, by=request.user)
        return "It is tried again."

    return _do(request, found, act)


@require_POST
@newsroom("campaign.withdraw_consent")
def hold(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """Put a legal hold on a clip, or lift it."""
    found = reports.one_clip(request.campaign, pk)

    def act() -> str:
        if request.POST.get("lift"):
            retention.release(found, by=request.user)
            return "The hold is lifted."
        retention.hold(found, reason=request.POST.get("reason", ""), by=request.user)
        return "Held: nothing of it is deleted until the hold is lifted."

    return _do(request, found, act)


def _do(request: NewsroomRequest, found: Clip, act: Callable[[], str]) -> HttpResponse:
    """Do one thing, say how it went, and show the clip again."""
    errors = (
        review.ReviewError,
        retention.RetentionError,
        protection.ProtectionError,
        footage.FootageError,
    )
    try:
        words = act()
    except errors as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    return redirect("clip", request.campaign.slug, found.pk)
