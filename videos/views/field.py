"""The crew's pages: what they sent and how it is doing, and the form that sends a film."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from campaign.access import PersonRequest, people_with
from campaign.models import User
from videos import reports
from videos.actions import footage
from videos.forms import FilmForm, storytellers_at
from videos.models import CrewMember, Place
from videos.processing.probe import MAX_BYTES, Reason
from videos.themes import THEMES

# What a form may weigh beside its film.
FORM_BYTES = 1024 * 1024


def _place_of(user: User) -> Place:
    crew = CrewMember.objects.filter(user=user).select_related("place").first()
    if crew is None:
        raise PermissionDenied
    return crew.place


@require_safe
@people_with("campaign.upload_footage")
def field(request: PersonRequest) -> HttpResponse:
    """The clips of the crew's own place; htmx asks for the list alone."""
    place = _place_of(request.user)
    template = "videos/field.html"
    if request.headers.get("HX-Request"):
        template += "#clips"
    return render(request, template, {"place": place, "clips": reports.sent_from(place)})


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _refuse_too_large(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Answer a body that is too large before a byte of it is read or kept."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        announced = request.headers.get("Content-Length", "0")
        if announced.isdigit() and int(announced) > MAX_BYTES + FORM_BYTES:
            message = str(Reason.TOO_BIG.message)
            if _wants_json(request):
                return JsonResponse({"errors": {"film": [message]}}, status=413)
            return render(request, "videos/too_large.html", {"message": message}, status=413)
        return view(request, *args, **kwargs)

    return checked


# Django's check of the token would read the body first, so it comes after the check of the size.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@people_with("campaign.upload_footage")
@_refuse_too_large
@csrf_protect
def film(request: PersonRequest) -> HttpResponse:
    """The form for one film. The page's script asks for JSON; without it, this is a plain form."""
    place = _place_of(request.user)
    if request.method != "POST":
        return _show(request, FilmForm(place=place), place)
    form = FilmForm(request.POST, request.FILES, place=place)
    if form.is_valid():
        try:
            clip = footage.receive(
                form.upload,
                form.telling,
                storyteller=form.cleaned_data["storyteller"],
                by=request.user,
            )
        except footage.NoConsentError as error:
            form.add_error("storyteller", str(error))
        except footage.FootageError as error:
            form.add_error("film", str(error))
        else:
            if _wants_json(request):
                return JsonResponse({"id": str(clip.pk), "location": reverse("field")}, status=201)
            return redirect("field")
    if _wants_json(request):
        return JsonResponse({"errors": form.errors}, status=422)
    return _show(request, form, place, status=422)


def _show(
    request: PersonRequest, form: FilmForm, place: Place, *, status: int = 200
) -> HttpResponse:
    context = {
        "place": place,
        "form": form,
        "storytellers": storytellers_at(place),
        "languages": list(reports.LANGUAGES.items()),
        "themes": list(THEMES.items()),
        "max_bytes": MAX_BYTES,
        "too_big": Reason.TOO_BIG.message,
        "chosen_themes": form["themes"].value() or [],
    }
    return render(request, "videos/film.html", context, status=status)
