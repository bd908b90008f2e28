"""What a phone tells London of its films, and hears of them: as data, in the crew's language.

The bytes themselves go to `videos/tus.py`.
"""

import uuid
from typing import Any

from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from videos.actions import footage, review, uploads
from videos.crew import FieldRequest, crew_only
from videos.forms import FilmForm
from videos.models import Clip, Upload
from videos.views import sent

#: A phone asks for the films that it still holds; it holds no more.
MOST = 100


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@crew_only
def films(request: FieldRequest) -> HttpResponseBase:
    """GET: how the films with these `id`s are doing. POST: tell of one, once or again."""
    if request.method == "POST":
        return _announce(request)
    return JsonResponse({"films": _states(request)})


@require_POST
@crew_only
def try_again(request: FieldRequest, pk: uuid.UUID) -> JsonResponse:
    """Have a film that London could not prepare prepared once more; 409 when it is past that."""
    clip = get_object_or_404(Clip.objects.seen_by(request.user), pk=pk)
    try:
        review.retry(clip, by=request.user)
    except review.ReviewError:
        return JsonResponse({"errors": {}}, status=409)
    return JsonResponse({"status": Clip.Status.RECEIVED})


def _announce(request: FieldRequest) -> JsonResponse:
    form = FilmForm(sent.told(request), place=request.place, words=request.words)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    said = form.cleaned_data
    try:
        upload = uploads.announce(
            form.film,
            form.telling,
            storyteller=said["storyteller"],
            brief=said["brief"],
            by=uploads.Sender(request.user, request.place, request.crew.device),
        )
    except (footage.FootageError, uploads.OtherFilmError) as error:
        return JsonResponse({"errors": {"film": [_in_words(error, request)]}}, status=422)
    except uploads.QuotaFullError:
        return JsonResponse({"errors": {"film": [request.words.quota_full]}}, status=503)
    return JsonResponse(_state(upload, request), status=201)


def _states(request: FieldRequest) -> dict[str, Any]:
    asked = []
    for text in request.GET.getlist("id")[:MOST]:
        try:
            asked.append(uuid.UUID(text))
        except ValueError:
            continue
    rows = Upload.objects.at(request.place).filter(pk__in=asked).select_related("place")
    return {str(upload.pk): _state(upload, request) for upload in rows}


def _state(upload: Upload, request: FieldRequest) -> dict[str, Any]:
    """`time` is the clock of the place, for a phone whose own is wrong."""
    stored = upload.stored_at and localtime(upload.stored_at, upload.place.tz)
    return {
        "id": str(upload.pk),
        "status": upload.status,
        "time": date_format(stored, "H:i") if stored else "",
        "words": getattr(request.words, f"refused_{upload.reason}") if upload.reason else "",
    }


def _in_words(error: Exception, request: FieldRequest) -> str:
    words = request.words
    if isinstance(error, footage.NoConsentError):
        return words.refused_consent
    if isinstance(error, uploads.OtherFilmError):
        return words.copy_failed
    return words.refused_place
