"""The crew's own briefs on their phone: read, accept, decline, ask, film.

The page's script sends each step with `fetch`, also much later when there was no network, and gets
the list as it is then. Without the script a step is a plain form that leads back to the page.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign import languages
from campaign.models import User
from videos import daylight, push
from videos.actions import brief_state, briefs, crew_steps, notices
from videos.actions import duty as duties
from videos.crew import FieldRequest, crew_only
from videos.models import Brief, BriefQuerySet, Place
from videos.views import sent

INVALID, CONFLICT = 422, 409


def tasks(request: FieldRequest) -> dict[str, Any]:
    """What the list of briefs shows; noted as seen, for London."""
    found = list(
        Brief.objects.at(request.place)
        .on_phone(at=timezone.now())
        .select_related("storyteller", "mention", "campaign", "place", "replacement")
        .defer("mention__raw", "mention__search")
        .prefetch_related("messages__author")
    )
    crew_steps.saw(found)
    return {
        "briefs": found,
        "words": request.words,
        "language": languages.base(request.user.language),
        "place": request.place,
        "light": daylight.at(request.place, timezone.now()),
        "on_duty": request.user.crew.on_duty,
        "push_key": push.public_key(),
    }


def briefs_to_film(place: Place) -> BriefQuerySet:
    """What a film may be for."""
    open_ones = Brief.objects.at(place).open().select_related("storyteller", "mention")
    return open_ones.defer("mention__raw", "mention__search").order_by("deadline", "pk")


@never_cache
@require_safe
@crew_only
def mine(request: FieldRequest) -> HttpResponse:
    """The list alone, for the page's script."""
    return render(request, "videos/briefs/phone.html", tasks(request))


def _accept(_said: QueryDict, brief: Brief, user: User) -> None:
    crew_steps.accept(brief, by=user)


def _film(_said: QueryDict, brief: Brief, user: User) -> None:
    crew_steps.start_filming(brief, by=user)


def _decline(told: QueryDict, brief: Brief, user: User) -> None:
    said = told.get("refusal", "")
    refusal = Brief.Refusal(said) if said in Brief.Refusal.values else Brief.Refusal.OTHER
    crew_steps.decline(brief, refusal=refusal, words=told.get("words", ""), by=user)


def _write(told: QueryDict, brief: Brief, user: User) -> None:
    key = None
    with suppress(ValueError):
        key = uuid.UUID(told.get("key", ""))
    briefs.write(brief, told.get("text", ""), key=key, by=user)


STEPS: dict[str, Callable[[QueryDict, Brief, User], None]] = {
    "accept": _accept,
    "film": _film,
    "decline": _decline,
    "write": _write,
}


@require_POST
@crew_only
def step(request: FieldRequest, pk: int, step: str) -> HttpResponse:
    """One step, once or again. What is over is answered with how it is now, status 409."""
    if step not in STEPS:
        return HttpResponse(status=404)
    theirs = Brief.objects.at(request.place)
    brief = get_object_or_404(theirs, pk=min(pk, 2**63 - 1))
    status = 200
    try:
        STEPS[step](request.POST, brief, request.user)
    except brief_state.BriefError:
        status = CONFLICT
    if request.headers.get("HX-Request"):
        context = tasks(request) | {"over": status == CONFLICT}
        return render(request, "videos/briefs/phone.html", context, status=status)
    return redirect("field")


@require_POST
@crew_only
def duty(request: FieldRequest) -> HttpResponse:
    """Take briefs now, or rest."""
    duties.set_duty(request.user, on=request.POST.get("on") == "1")
    if request.headers.get("HX-Request"):
        request.user.crew.refresh_from_db()
        return render(request, "videos/briefs/phone.html", tasks(request))
    return redirect("field")


@require_http_methods(["POST", "DELETE"])
@crew_only
def subscription(request: FieldRequest) -> HttpResponse:
    """This browser rings for new briefs, or no more."""
    told = sent.told(request)
    if request.method == "DELETE":
        notices.unsubscribe(str(told.get("endpoint", "")), user=request.user)
        return HttpResponse(status=204)
    try:
        notices.subscribe(told, device=request.crew.device, user=request.user)
    except notices.BadSubscriptionError as error:
        return JsonResponse({"failure": str(error)}, status=INVALID)
    return HttpResponse(status=204)
