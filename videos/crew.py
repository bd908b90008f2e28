"""Who of a crew asks, and for which place: above each view of the field stands `@crew_only`.

A request comes from a session or from a crew's phone (`campaign/devices.py`); for these views there
is no difference. Each object of the field is looked up through `request.place`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from campaign import devices
from campaign.models import Device, User
from videos import wording
from videos.models import CrewMember, Place

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Crew:
    """Somebody of a crew, their one place, and the phone that asks (None with a session)."""

    user: User
    place: Place
    device: Device | None = None


class FieldRequest(HttpRequest):
    """A request of somebody of a crew, in their place and their language."""

    user: User
    crew: Crew
    place: Place
    words: wording.Words


def crew_of(request: HttpRequest) -> Crew:
    """The person and place of a request, by session or by device.

    Raises `PermissionDenied` for everybody who is in no crew.
    """
    user = request.user
    if not isinstance(user, User):
        raise PermissionDenied
    return crew_of_person(user, device=devices.of(request))


def crew_of_person(user: User, *, device: Device | None = None) -> Crew:
    """The same for handlers that know the person already."""
    if not user.has_perm("campaign.upload_footage"):
        raise PermissionDenied
    member = CrewMember.objects.filter(user=user).select_related("place").first()
    if member is None:
        raise PermissionDenied
    return Crew(user=user, place=member.place, device=device)


def crew_only(
    view: Callable[Concatenate[FieldRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Only somebody of a crew; a stranger is asked for the code from London."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect("field-join")
        theirs = cast(FieldRequest, request)
        theirs.crew = crew_of(request)
        theirs.place = theirs.crew.place
        theirs.words = wording.speak(theirs.user.language)
        return view(theirs, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], checked)
