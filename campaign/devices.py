"""Who asks: a person with a session, or a phone with a device's token.

A phone's token is a cookie of its own that scripts cannot read and that outlives the session by
months: what a browser lets scripts keep may be gone after a week, what the server set is not.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import cast

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from campaign.models import Device, User

COOKIE = "device"
#: Browsers keep no cookie for longer than 400 days; each contact begins these anew.
MAX_AGE = timedelta(days=180)
#: A phone signs nobody in for other pages, whatever else its person may do in the newsroom.
PATHS = ("/field/", "/footage/")
SEEN_EVERY = timedelta(minutes=10)
#: Makes the browser forget pages, films and cookies of this site (W3C: Clear Site Data).
WIPE = {"Clear-Site-Data": '"cache", "cookies", "storage"', "X-Device": "revoked"}


class DeviceRevokedError(Exception):
    """The phone that asks was signed out from London. It gets `WIPE` and nothing else."""


def find(cookies: Mapping[str, str]) -> Device | None:
    """The trusted device that sent these cookies; None without a device's cookie.

    Raises `DeviceRevokedError` for one that was revoked, whose person left, or that nobody knows.
    """
    token = cookies.get(COOKIE, "")
    if not token:
        return None
    device = Device.objects.with_token(token).select_related("user__crew__place").first()
    if device is None:
        raise DeviceRevokedError
    if not device.is_trusted:
        Device.objects.filter(pk=device.pk, wiped_at=None).update(wiped_at=timezone.now())
        raise DeviceRevokedError
    _note_contact(device)
    return device


def person_of(cookies: Mapping[str, str]) -> User | None:
    """Who is signed in with these cookies, for handlers outside of Django's middleware.

    Raises `DeviceRevokedError` like `find`.
    """
    device = find(cookies)
    if device is not None:
        return device.user
    request = HttpRequest()
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None


def remember(response: HttpResponseBase, token: str) -> None:
    """Have the phone keep its token."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(MAX_AGE.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


class DeviceMiddleware:
    """Signs in the person of a trusted device, as `request.user` and `request.device`.

    Comes after Django's AuthenticationMiddleware. Static files and public pages of somebody with
    no device's cookie cost nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            device = find(request.COOKIES)
        except DeviceRevokedError:
            return _forget()
        if device is None or not request.path.startswith(PATHS):
            return self.get_response(request)
        setattr(request, "device", device)  # noqa: B010  Django's class does not know it
        request.user = cast("User | AnonymousUser", device.user)
        response = self.get_response(request)
        if COOKIE not in response.cookies:
            remember(response, request.COOKIES[COOKIE])
        return response


def of(request: HttpRequest) -> Device | None:
    """The device that asks; None for a person with a session."""
    return cast("Device | None", getattr(request, "device", None))


def _forget() -> HttpResponseBase:
    """Nothing is shown to a lost phone; it is told to forget what it holds."""
    response = HttpResponse(
        "This phone is signed out.", status=401, content_type="text/plain", headers=WIPE
    )
    response.delete_cookie(COOKIE)
    response["Cache-Control"] = "no-store"
    return response


def _note_contact(device: Device) -> None:
    now = timezone.now()
    if device.seen_at is None or now - device.seen_at > SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=now)
