"""From a film that arrived to a clip on the shelf: the media worker's part, and its sweep.

A clip being prepared is leased to one worker: `processing_since` is the worker's last sign of
life. A worker that dies stops giving signs, and the sweep hands the clip to another one.
"""

import logging
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import django_rq
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from redis import RedisError

from campaign import audit
from campaign.models import AuditEntry
from videos import custody, storage
from videos.actions import brief_footage, captions, footage, protection
from videos.models import Clip, Protection, Rendition
from videos.processing.edits import Edits, Voice
from videos.processing.prepare import Made, Prepared, digest, prepare
from videos.processing.probe import Reason, RefusedFilmError

log = logging.getLogger(__name__)

SIGN_EVERY = 10.0
DEAD_AFTER = timedelta(seconds=60)
# How long a clip may wait before the sweep looks whether its job was lost.
PATIENCE = timedelta(seconds=20)
TRIES = 3
NEWS_EVERY = 0.5
# Longer than a job may run.
LEFTOVER_AFTER = 3600.0
SETTLED = (
    Clip.Status.READY,
    Clip.Status.REVIEW,
    Clip.Status.FAILED,
    Clip.Status.RETIRED,
    Clip.Status.WITHDRAWN,
)


def process(clip_id: uuid.UUID) -> None:
    """Prepare one clip: it ends ready with its renditions, or failed with a reason.

    One worker takes it; a second call for the same clip does nothing. What is not the film's
    fault (storage away, no disk) is raised, and the sweep gives the clip another try.
    """
    clip = _take(clip_id)
    if clip is None:
        return
    with _alive(clip), _workshop() as folder:
        try:
            source = folder / "original"
            _fetch(clip, source)
            work = folder / "work"
            work.mkdir()
            made = prepare(source, folder=work, changes=_changes(clip), on_progress=_Progress(clip))
        except RefusedFilmError as error:
            log.info("clip %s refused: %s", clip.pk, error)
            _fail(clip.pk, error.reason)
        else:
            _finish(clip, made)


def sweep() -> int:
    """Find clips whose worker died or whose job was lost; returns how many were put right."""
    found = _release_dead()
    waiting = Clip.objects.filter(
        status=Clip.Status.RECEIVED, received_at__lt=timezone.now() - PATIENCE
    )
    for pk in list(waiting.values_list("pk", flat=True)[:200]):
        if not _is_queued(pk):
            footage.ring(pk)
            found += 1
    return found


def _changes(clip: Clip) -> Edits:
    """What London has decided so far about this clip."""
    hidden = protection.of(clip.pk)
    drawn = hidden is not None and hidden.status != Protection.Status.NEEDED
    track = clip.captions.reviewed().filter(language=clip.burned_language).first()
    return Edits(
        start=clip.trim_start or 0.0,
        end=clip.trim_end,
        boxes=protection.as_boxes(hidden.boxes) if hidden and drawn else (),
        voice=Voice(hidden.voice) if hidden and drawn else Voice.KEPT,
        captions=tuple(captions.shown(track)) if track else (),
        language=clip.burned_language,
    )


@contextmanager
def _workshop() -> Iterator[Path]:
    """A fresh folder; those that a killed worker left behind, with footage in them, go first."""
    place = settings.DATA_DIR / "work"
    place.mkdir(parents=True, exist_ok=True)
    for left in place.glob("clip-*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > LEFTOVER_AFTER:
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="clip-", dir=place) as name:
        yield Path(name)


def _take(clip_id: uuid.UUID) -> Clip | None:
    taken = Clip.objects.filter(pk=clip_id, status=Clip.Status.RECEIVED).update(
        status=Clip.Status.PROCESSING, processing_since=timezone.now(), progress=0
    )
    if not taken:
        return None
    clip = Clip.objects.select_related("storyteller").get(pk=clip_id)
    footage.announce(clip)
    return clip


def _fetch(clip: Clip, target: Path) -> None:
    try:
        storage.fetch(clip.original, target)
    except FileNotFoundError as error:
        raise RefusedFilmError(Reason.LOST) from error
    if digest(target) != clip.original_sha256:
        raise OSError(f"the original of clip {clip.pk} is not what was received")


@contextmanager
def _alive(clip: Clip) -> Iterator[None]:
    """Sign the lease every few seconds, from a thread: the work itself waits for children."""
    over = threading.Event()

    def sign() -> None:
        leased = Clip.objects.filter(pk=clip.pk, status=Clip.Status.PROCESSING)
        while not over.wait(SIGN_EVERY):
            try:
                leased.update(processing_since=timezone.now())
            except DatabaseError as error:
                log.warning("no sign of life of clip %s: %s", clip.pk, error)
                connection.close()
        connection.close()

    thread = threading.Thread(target=sign, name=f"lease of {clip.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class _Progress:
    """Saves and announces percents, at most twice a second and never backwards."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.told = 0.0

    def __call__(self, percent: int) -> None:
        now = time.monotonic()
        if percent <= self.clip.progress or now - self.told < NEWS_EVERY:
            return
        self.told = now
        self.clip.progress = min(percent, 99)
        Clip.objects.filter(pk=self.clip.pk, status=Clip.Status.PROCESSING).update(
            progress=self.clip.progress
        )
        footage.announce(self.clip)


def _finish(clip: Clip, made: Prepared) -> None:
    """Store the files, then put the clip on the shelf, unless somebody else did meanwhile.

    Of a clip in which somebody has yet to be hidden, only a working copy is ever stored.
    """
    files = list(made.files)
    if _is_to_be_hidden(clip):
        small = next(one for one in files if one.kind == Rendition.Kind.PREVIEW)
        files = [replace(small, kind=Rendition.Kind.WORKING)]
    names = [
        storage.keep_rendition(one.path, clip=clip.pk, kind=one.kind, sha256=one.sha256)
        for one in files
    ]
    if not _shelve(clip.pk, files, names, seconds=made.files[0].seconds):
        storage.remove_all(names)


def _is_to_be_hidden(clip: Clip) -> bool:
    hidden = protection.of(clip.pk)
    if hidden is None:
        return bool(protection.needed(clip))
    return hidden.status == Protection.Status.NEEDED


@transaction.atomic
def _shelve(clip_id: uuid.UUID, files: list[Made], names: list[str], *, seconds: float) -> bool:
    clip = footage.lock(clip_id)
    if clip.status != Clip.Status.PROCESSING:
        return False
    old = Rendition.objects.filter(clip=clip)
    if all(one.kind != Rendition.Kind.WORKING for one in files):
        old = old.exclude(kind=Rendition.Kind.WORKING)
    gone = [name for name in old.values_list("file", flat=True) if name and name not in names]
    old.delete()
    transaction.on_commit(lambda: storage.remove_all(gone), robust=True)
    Rendition.objects.bulk_create(
        Rendition(
            clip=clip,
            kind=one.kind,
            file=name,
            content_type=one.content_type,
            sha256=one.sha256,
            bytes=one.size,
            width=one.width,
            height=one.height,
        )
        for one, name in zip(files, names, strict=True)
    )
    clip.status = _where_to(clip)
    clip.progress = 100
    clip.failure = ""
    clip.duration = round(seconds, 2)
    clip.ready_at = timezone.now()
    clip.save(update_fields=["status", "progress", "failure", "duration", "ready_at"])
    footage.announce(clip)
    for one in files:
        facts = {"file": one.kind, "bytes": one.size}
        custody.record(clip, custody.Kind.MADE, sha256=one.sha256, by=None, **facts)
    hashes = {one.kind: one.sha256 for one in files}
    audit.record("prepared", clip, after={"status": clip.status, "sha256": hashes}, by=None)
    if clip.brief_id is not None:
        transaction.on_commit(lambda: brief_footage.ready(clip_id), robust=True)
    return True


def _where_to(clip: Clip) -> Clip.Status:
    """On the shelf, or to London's reviewers: what is to be hidden, and what is new, waits."""
    hidden = protection.of(clip.pk)
    if hidden is None and (why := protection.needed(clip)):
        hidden = Protection.objects.create(clip=clip, reason=why)
    if hidden is not None:
        if hidden.status == Protection.Status.DRAWN:
            hidden.status = Protection.Status.RENDERED
            hidden.save(update_fields=["status"])
        return Clip.Status.REVIEW
    unseen = clip.campaign.review_new_clips and clip.accepted_at is None
    return Clip.Status.REVIEW if unseen else Clip.Status.READY


@transaction.atomic
def _fail(clip_id: uuid.UUID, reason: Reason) -> None:
    clip = footage.lock(clip_id)
    if clip.status in SETTLED:
        return
    clip.status = Clip.Status.FAILED
    clip.failure = reason.value
    clip.save(update_fields=["status", "failure"])
    footage.announce(clip)
    custody.record(clip, custody.Kind.REFUSED, by=None, why=clip.failure)
    audit.record("refused", clip, after={"status": clip.status, "failure": clip.failure}, by=None)


def _release_dead() -> int:
    """Clips whose worker gives no sign: queue them again, or fail those that killed several."""
    dead = Clip.objects.filter(
        status=Clip.Status.PROCESSING, processing_since__lt=timezone.now() - DEAD_AFTER
    )
    pks = list(dead.values_list("pk", flat=True)[:200])
    for pk in pks:
        if _times_released(pk) >= TRIES - 1:
            _fail(pk, Reason.BROKEN)
        else:
            _release(pk)
    return len(pks)


@transaction.atomic
def _release(clip_id: uuid.UUID) -> None:
    clip = footage.lock(clip_id)
    if clip.status != Clip.Status.PROCESSING:
        return
    clip.status = Clip.Status.RECEIVED
    clip.progress = 0
    clip.save(update_fields=["status", "progress"])
    footage.announce(clip)
    transaction.on_commit(lambda: footage.ring(clip_id))
    audit.record("released", clip, after={"status": clip.status}, by=None)


def _times_released(clip_id: uuid.UUID) -> int:
    """How many workers were lost over this clip; the log remembers what no counter would."""
    entries = AuditEntry.objects.filter(target_type="clip", target_id=str(clip_id))
    return entries.filter(verb="released").count()


def _is_queued(clip_id: uuid.UUID) -> bool:
    """Whether its job still waits. Without Redis nobody can say, and nobody could ring either."""
    try:
        position = django_rq.get_queue(footage.QUEUE).get_job_position(footage.job_id(clip_id))
    except RedisError:
        return True
    return position is not None
