"""Who may open a page: each view says it with one of these, above its name.

Pages of the newsroom live under `/c/<campaign>/`. A campaign that is not the person's own is
answered as one that does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect

from campaign.models import Campaign, User

P = ParamSpec("P")

#: Where somebody who still has to add a second factor may go: to add it, and out.
WITHOUT_SECOND_FACTOR = ("/account/", "/sign-out/", "/sign-in/", "/health/")
SETTLED = "second_factor_settled"


def ask_for_second_factor(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: a role that requires a second factor opens no page before one is added.

    Asked once a session; a changed role ends the person's sessions (`actions.people`).
    """

    def check(request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if (
            not settings.SECOND_FACTOR_ROLES
            or not isinstance(user, User)
            or request.path.startswith(WITHOUT_SECOND_FACTOR)
            or SETTLED in request.session
            or getattr(request, "device", None) is not None
        ):
            return get_response(request)
        if user.needs_second_factor and not user.has_second_factor:
            messages.info(request, "Your role needs a second factor. Add one to go on.")
            return redirect("mfa_index")
        request.session[SETTLED] = True
        return get_response(request)

    return check


#: No page of ours needs these, so no script that got into one may have them.
DEVICES = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
PERMISSIONS_POLICY = ", ".join(f"{device}=()" for device in DEVICES)


def keep_private(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: no browser or proxy keeps what somebody who is signed in was shown, and no page
    gets at the machine's devices. A view that says how long it may be kept has thought of it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        # Looking at the person of a public page would make that page one of theirs.
        if request.session.accessed and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return answer


class NewsroomRequest(HttpRequest):
    """A request of a signed-in person, in one of their campaigns."""

    user: User
    campaign: Campaign


class PersonRequest(HttpRequest):
    """A request of a signed-in person."""

    user: User


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Anybody else signs in first. A part of a page is told so (401), and stays as it is: what was
    typed there is not lost to a page for signing in."""
    to_sign_in = login_required(view)

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.headers.get("HX-Request") and not request.user.is_authenticated:
            return HttpResponse("You were signed out.", status=401, content_type="text/plain")
        return to_sign_in(request, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], checked)


def people_with(
    permission: str,
) -> Callable[
    [Callable[Concatenate[PersonRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """Only people with this permission, such as `"campaign.upload_footage"`."""

    def decorate(
        view: Callable[Concatenate[PersonRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = cast(PersonRequest, request)
            if not person.user.has_perm(permission):
                raise PermissionDenied
            _drop_nul(person)
            return view(person, *args, **kwargs)

        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], signed_in(checked))

    return decorate


def newsroom(
    permission: str,
) -> Callable[
    [Callable[Concatenate[NewsroomRequest, P], HttpResponseBase]],
    Callable[..., HttpResponseBase],
]:
    """Only people of the campaign in the address, with this permission.

    The view gets the campaign as `request.campaign`; the address names it as `campaign`.
    """

    def decorate(
        view: Callable[Concatenate[NewsroomRequest, P], HttpResponseBase],
    ) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(
            request: HttpRequest, campaign: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            person = cast(NewsroomRequest, request)
            person.campaign = _campaign_of(person.user, slug=campaign)
            if not person.user.has_perm(permission):
                raise PermissionDenied
            _drop_nul(person)
            return view(person, *args, **kwargs)

        return cast(Callable[..., HttpResponseBase], signed_in(checked))

    return decorate


def _campaign_of(user: User, *, slug: str) -> Campaign:
    """All of theirs are read: the bar above each page names them."""
    prefetch_related_objects([user], "campaigns")
    for campaign in user.campaigns.all():
        if campaign.slug == slug:
            return campaign
    raise Http404


def _drop_nul(request: HttpRequest) -> None:
    """The one character that PostgreSQL keeps in no text. Nobody types it; what is sent with it is
    read as if it were not there."""
    for name in ("GET", "POST"):
        sent: QueryDict = getattr(request, name)
        if any("\0" in value for _, values in sent.lists() for value in values):
            plain = sent.copy()
            for key, values in sent.lists():
                plain.setlist(key, [value.replace("\0", "") for value in values])
            setattr(request, name, plain)
