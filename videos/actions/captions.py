"""Captions and transcripts: written over the preview, read from a file, or proposed by a machine.

Whatever the source, a person has read a track before it is shown or posted.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django_rq
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import Campaign, User
from videos import custody, storage, transcription, translation
from videos.actions import footage, review
from videos.models import CaptionTrack, Clip
from videos.processing import subtitles
from videos.processing.subtitles import Segment

JOB = "videos.jobs.transcribe_clip"
BURNING = (Campaign.Captions.BURNED, Campaign.Captions.BOTH)


class CaptionsError(Exception):
    """These captions cannot be kept like this; the text says what to do."""


class ChangedMeanwhileError(CaptionsError):
    """Somebody else saved this track after it was opened."""


def save(clip: Clip, language: str, segments: object, *, revision: int, by: User) -> CaptionTrack:
    """Keep a track as it stands in the editor; `revision` is the one that was opened, 0 for none.

    Saving takes the review away. Raises `CaptionsError`.
    """
    return _write(
        clip, language, from_json(segments), CaptionTrack.Source.TYPED, revision=revision, by=by
    )


def read_file(clip: Clip, language: str, data: bytes, *, by: User) -> CaptionTrack:
    """Replace a track by a subtitle file. Raises `CaptionsError`."""
    try:
        segments = subtitles.read(data)
    except subtitles.SubtitlesError as error:
        raise CaptionsError(str(error)) from error
    return _write(clip, language, segments, CaptionTrack.Source.FILE, revision=None, by=by)


@transaction.atomic
def mark_reviewed(track: CaptionTrack, *, revision: int, by: User) -> CaptionTrack:
    """A person has read and heard this track; from now on it is shown. Raises `CaptionsError`."""
    clip = footage.lock(track.clip_id)
    track = _locked(clip, track.language)
    if track.revision != revision:
        raise ChangedMeanwhileError("It was changed meanwhile. Read it again.")
    if not track.segments:
        raise CaptionsError("There is nothing in it yet.")
    track.reviewed_at = timezone.now()
    track.reviewed_by = by
    track.save(update_fields=["reviewed_at", "reviewed_by"])
    burn = clip.campaign.captions in BURNING and clip.burned_language in {"", track.language}
    if burn and clip.status in review.OPEN:
        clip.burned_language = track.language
        clip.save(update_fields=["burned_language"])
        review.make_again(clip, by=by, why="captions")
    facts: dict[str, Any] = {"language": track.language, "revision": track.revision}
    custody.record(clip, custody.Kind.CAPTIONED, by=by, step="reviewed", **facts)
    audit.record("reviewed captions", clip, after=facts, by=by)
    return track


@transaction.atomic
def burn(clip: Clip, language: str, *, by: User) -> None:
    """Choose the reviewed track that stands in the picture; "" for none. Raises `CaptionsError`."""
    clip = footage.lock(clip.pk)
    if clip.status not in review.OPEN:
        raise CaptionsError("This clip is being prepared just now. Wait until it is done.")
    reviewed = clip.captions.reviewed().filter(language=language)
    if language and not reviewed.exists():
        raise CaptionsError("Somebody has to review these captions first.")
    if clip.burned_language == language:
        return
    clip.burned_language = language
    clip.save(update_fields=["burned_language"])
    review.make_again(clip, by=by, why="captions")
    audit.record("burned captions", clip, after={"language": language}, by=by)


@transaction.atomic
def remove(track: CaptionTrack, *, by: User) -> None:
    """Delete a track. One that stands in the picture is taken out of it first."""
    clip = footage.lock(track.clip_id)
    if clip.burned_language == track.language:
        raise CaptionsError("These stand in the picture. Take them out of it first.")
    facts: dict[str, Any] = {"language": track.language, "revision": track.revision}
    track.delete()
    custody.record(clip, custody.Kind.CAPTIONED, by=by, step="removed", **facts)
    audit.record("removed captions", clip, before=facts, by=by)


def ask_machine(clip: Clip) -> None:
    """Have the film transcribed, in the background; the result waits for a person's review."""
    django_rq.get_queue(footage.QUEUE).enqueue(JOB, str(clip.pk), result_ttl=0)


def transcribe(clip: Clip) -> CaptionTrack | None:
    """Have the working copy transcribed. Never over what is there already: then None."""
    film = clip.renditions.filter(kind__in=["working", "preview"]).order_by("-kind").first()
    if film is None or not film.file or clip.captions.filter(language=clip.language).exists():
        return None
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR) as folder:
        path = Path(folder) / "film.mp4"
        storage.fetch(film.file, path)
        segments = transcription.transcribe(path, language=clip.language)
    if not segments:
        return None
    source = CaptionTrack.Source.MACHINE
    return _write(clip, clip.language, segments, source, revision=0, by=None)


def translate(track: CaptionTrack, *, to: str, by: User) -> CaptionTrack:
    """Propose a track in another language with the same times. Raises `CaptionsError`."""
    try:
        translated = [
            Segment(
                one.start,
                one.end,
                translation.translate(one.text, source=track.language, target=to),
            )
            for one in segments_of(track)
        ]
    except translation.NoTranslationError as error:
        raise CaptionsError(str(error)) from error
    source = CaptionTrack.Source.TRANSLATED
    tidied = subtitles.tidy(translated)
    return _write(track.clip, to, tidied, source, revision=0, by=by)


def segments_of(track: CaptionTrack) -> list[Segment]:
    """What is stored, on the clock of the uncut film."""
    return from_json(track.segments)


def shown(track: CaptionTrack) -> list[Segment]:
    """The same on the clock of the clip as it was cut."""
    clip = track.clip
    start = round((clip.trim_start or 0) * 1000)
    end = round(clip.trim_end * 1000) if clip.trim_end else subtitles.MAX_TIME
    return subtitles.shift(segments_of(track), start=start, end=end)


def from_json(segments: object) -> list[Segment]:
    """Segments from a page or the database. Raises `CaptionsError` for anything else."""
    if not isinstance(segments, list):
        raise CaptionsError("These are no captions.")
    try:
        found = [Segment(int(one["start"]), int(one["end"]), str(one["text"])) for one in segments]
        return subtitles.tidy(found)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise CaptionsError("A caption has no time. Set where it begins and ends.") from error
    except subtitles.SubtitlesError as error:
        raise CaptionsError(str(error)) from error


@transaction.atomic
def _write(
    clip: Clip,
    language: str,
    segments: Sequence[Segment],
    source: CaptionTrack.Source,
    *,
    revision: int | None,
    by: User | None,
) -> CaptionTrack:
    if language not in dict(settings.LANGUAGES):
        raise CaptionsError("Choose one of the languages.")
    clip = footage.lock(clip.pk)
    track = CaptionTrack.objects.filter(clip=clip, language=language).first()
    if revision is not None and revision != (track.revision if track else 0):
        raise ChangedMeanwhileError("Somebody else changed these captions meanwhile.")
    track = track or CaptionTrack(clip=clip, language=language, revision=0)
    stored: list[dict[str, Any]] = [
        {"start": one.start, "end": one.end, "text": one.text} for one in segments
    ]
    track.segments = stored
    track.source = source
    track.revision += 1
    track.updated_by = by
    track.reviewed_at = track.reviewed_by = None
    track.save()
    footage.announce(clip)
    facts: dict[str, Any] = {
        "language": language,
        "revision": track.revision,
        "source": source.value,
    }
    custody.record(clip, custody.Kind.CAPTIONED, by=by, **facts)
    audit.record("wrote captions", clip, after=facts, by=by)
    return track


def _locked(clip: Clip, language: str) -> CaptionTrack:
    track = CaptionTrack.objects.filter(clip=clip, language=language).first()
    if track is None:
        raise CaptionsError("These captions were deleted meanwhile.")
    return track
