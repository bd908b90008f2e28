"""The captions of a clip: the editor over the preview, files in and out, review."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, PersonRequest, newsroom, people_with
from videos import reports, transcription, translation
from videos.actions import captions
from videos.models import CaptionTrack, Clip
from videos.processing import subtitles
from videos.views import sent

PUBLIC_CACHE = "public, max-age=60"


@require_safe
@newsroom("campaign.review_clips")
def edit(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """The editor of one language's track; without a language, that of the spoken one."""
    clip = reports.one_clip(request.campaign, pk)
    tracks = list(clip.captions.select_related("updated_by", "reviewed_by"))
    language = request.GET.get("language") or clip.language
    if language not in reports.LANGUAGES:
        language = clip.language
    track = next((one for one in tracks if one.language == language), None)
    context = reports.clip_page(clip, request.user, section="captions")
    context |= {
        "tracks": tracks,
        "track": track,
        "language": language,
        "leftwards": subtitles.runs_left(language),
        "languages": settings.LANGUAGES,
        "segments": track.segments if track else [],
        "spoken": next((one for one in tracks if one.language == clip.language), None),
        "can_transcribe": transcription.is_there(),
        "can_translate": translation.is_there(),
        "burning": request.campaign.captions in captions.BURNING,
    }
    return render(request, "videos/clip/captions.html", context)


@require_POST
@newsroom("campaign.review_clips")
def save(request: NewsroomRequest, pk: uuid.UUID, language: str) -> JsonResponse:
    """What the editor sends as somebody types: JSON with `segments` and the `revision` it knows."""
    clip = reports.one_clip(request.campaign, pk)
    try:
        told = sent.told(request)
        revision = int(told["revision"])
        track = captions.save(clip, language, told["segments"], revision=revision, by=request.user)
    except captions.ChangedMeanwhileError as error:
        return JsonResponse({"error": str(error)}, status=409)
    except captions.CaptionsError as error:
        return JsonResponse({"error": str(error)}, status=422)
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"error": "This could not be read. Reload the page."}, status=400)
    return JsonResponse({"revision": track.revision, "segments": track.segments})


@require_POST
@newsroom("campaign.review_clips")
def change(request: NewsroomRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """What the buttons beside the editor do: `do` says which."""
    clip = reports.one_clip(request.campaign, pk)
    try:
        words = _change(request, clip, language)
    except captions.CaptionsError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, words)
    answer = redirect("clip-captions", request.campaign.slug, pk)
    answer["Location"] += f"?language={request.POST.get('to') or language}"
    return answer


def _change(request: NewsroomRequest, clip: Clip, language: str) -> str:
    """Do what one button says, and say how it went. Raises `CaptionsError`."""
    do = _BUTTONS.get(request.POST.get("do", ""))
    if do is None:
        raise captions.CaptionsError("This page is out of date. Reload it.")
    return do(request, clip, language)


def _import(request: NewsroomRequest, clip: Clip, language: str) -> str:
    upload = request.FILES.get("file")
    if upload is None:
        raise captions.CaptionsError("Choose a subtitle file first.")
    data = upload.read(subtitles.MAX_BYTES + 1)
    track = captions.read_file(clip, language, data, by=request.user)
    return f"{len(track.segments)} captions read. Check them against the film."


def _review(request: NewsroomRequest, clip: Clip, language: str) -> str:
    track = get_object_or_404(CaptionTrack, clip=clip, language=language)
    revision = request.POST.get("revision", "")
    captions.mark_reviewed(track, revision=int(revision or 0), by=request.user)
    return "Reviewed: they are shown from now on."


def _burn(request: NewsroomRequest, clip: Clip, language: str) -> str:
    captions.burn(clip, language, by=request.user)
    return "The film is being made again with these in the picture."


def _unburn(request: NewsroomRequest, clip: Clip, language: str) -> str:  # noqa: ARG001 - one shape for all
    captions.burn(clip, "", by=request.user)
    return "The film is being made again without captions in the picture."


def _remove(request: NewsroomRequest, clip: Clip, language: str) -> str:
    track = get_object_or_404(CaptionTrack, clip=clip, language=language)
    captions.remove(track, by=request.user)
    return "Deleted."


def _transcribe(request: NewsroomRequest, clip: Clip, language: str) -> str:  # noqa: ARG001 - one shape for all
    captions.ask_machine(clip)
    return "It is being transcribed. Reload in a moment, then check every line."


def _translate(request: NewsroomRequest, clip: Clip, language: str) -> str:
    track = get_object_or_404(CaptionTrack, clip=clip, language=language)
    captions.translate(track, to=request.POST.get("to", ""), by=request.user)
    return "Translated by a machine: check every line before you mark it reviewed."


_BUTTONS: dict[str, Callable[[NewsroomRequest, Clip, str], str]] = {
    "import": _import,
    "review": _review,
    "burn": _burn,
    "unburn": _unburn,
    "remove": _remove,
    "transcribe": _transcribe,
    "translate": _translate,
}


@require_safe
@newsroom("campaign.view_clips")
def export(request: NewsroomRequest, pk: uuid.UUID, language: str, kind: str) -> HttpResponse:
    """A track as a file: `srt` or `vtt`, on the clock of the clip as it was cut."""
    clip = reports.one_clip(request.campaign, pk)
    track = get_object_or_404(CaptionTrack, clip=clip, language=language)
    write = subtitles.to_vtt if kind == "vtt" else subtitles.to_srt
    types = {"vtt": "text/vtt; charset=utf-8", "srt": "application/x-subrip; charset=utf-8"}
    response = HttpResponse(write(captions.shown(track)), content_type=types[kind])
    name = f"{clip.pk.hex[:8]}-{language}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
@people_with("campaign.view_clips")
def track_file(request: PersonRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """A reviewed track for the players of the newsroom (`<track kind="captions">`)."""
    clips = Clip.objects.seen_by(request.user).exclude(status=Clip.Status.WITHDRAWN)
    tracks = CaptionTrack.objects.reviewed().filter(clip__in=clips)
    track = get_object_or_404(tracks.select_related("clip"), clip=pk, language=language)
    return _vtt(track, cache="private, max-age=60")


def public_track(request: HttpRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """The same for anybody, of a clip that anybody may see."""
    return _vtt(_public(request, pk, language), cache=PUBLIC_CACHE)


def public_words(request: HttpRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """What is said, to read: as plain text, for a page or for a screen reader."""
    said = captions.shown(_public(request, pk, language))
    headers = {"Cache-Control": PUBLIC_CACHE, "X-Content-Type-Options": "nosniff"}
    text = "\n".join(" ".join(segment.text.split()) for segment in said)
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def _public(request: HttpRequest, pk: uuid.UUID, language: str) -> CaptionTrack:
    if request.method not in {"GET", "HEAD"}:
        raise PermissionDenied
    clips = reports.public_clips()
    tracks = CaptionTrack.objects.reviewed().filter(clip__in=clips)
    return get_object_or_404(tracks.select_related("clip"), clip=pk, language=language)


def _vtt(track: CaptionTrack, *, cache: str) -> HttpResponse:
    text = subtitles.to_vtt(captions.shown(track))
    headers = {"Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="text/vtt; charset=utf-8", headers=headers)
