"""A film, or what shows a consent, arrives in pieces: every write about uploads.

Told of (`announce`, `announce_evidence`), whole and checked (`finish`), in the storage (`store`, a
job); or removed by the phone, expired, refused. Each step may be cut off and done again.
"""

import logging
import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import django_rq
from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from redis import RedisError

from campaign import audit, live
from campaign.models import Device, User
from videos import spool, storage
from videos.actions import brief_footage, consent_forms, footage
from videos.models import Brief, Clip, Consent, Place, Storyteller, Upload

log = logging.getLogger(__name__)

QUEUE = "arrivals"
JOB = "videos.jobs.store_upload"
#: A phone may be away for that long and still go on where it was.
LIVES = timedelta(days=30)
PATIENCE = timedelta(seconds=20)
#: A spooled file without a row, and an original without a clip, are let go after that.
STRAY_AFTER = timedelta(days=2)
MOST = 200


class UploadError(Exception):
    """An upload cannot go on like this; the text says why."""


class QuotaFullError(UploadError):
    """The place has as much on its way as it may."""


class OtherFilmError(UploadError):
    """This id was told of another film before."""


class NotOpenError(UploadError):
    """The upload is finished, removed or expired."""


class DamagedError(UploadError):
    """What arrived is not what the phone has. It is forgotten, and is sent once more."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, from where, with which phone (None in a browser with a session)."""

    user: User
    place: Place
    device: Device | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """What the phone says of its file: never believed before the whole is here."""

    id: uuid.UUID
    name: str
    length: int
    sha256: str


def announce(
    film: Film,
    telling: footage.Telling,
    *,
    storyteller: Storyteller,
    brief: Brief | None = None,
    by: Sender,
) -> Upload:
    """Take note of a film before its bytes come. Told again, it is the upload that is there.

    Raises what `footage.check` and `footage.check_size` raise, `QuotaFullError`, `OtherFilmError`.
    """
    known = Upload.objects.filter(pk=film.id).first()
    if known is not None:
        return _told_again(known, film, by=by)
    footage.check(storyteller, brief=brief, by=by.user)
    footage.check_size(film.length)
    facts = {"storyteller": storyteller, "brief": brief, "telling": asdict(telling)}
    return _announce(film, facts, by=by)


def announce_evidence(film: Film, consent: Consent, *, by: Sender) -> Upload:
    """Take note of the file that shows a consent, which named its hash; as `announce` does.

    Raises `consent_forms.ConsentError`, `QuotaFullError`, `OtherFilmError`.
    """
    known = Upload.objects.filter(pk=film.id).first()
    if known is not None:
        return _told_again(known, film, by=by)
    consent_forms.check_evidence(film.length)
    if film.sha256 != consent.evidence_sha256:
        raise OtherFilmError("This consent was given with other evidence.")
    facts = {"storyteller": consent.storyteller, "consent": consent, "telling": {}}
    return _announce(film, facts, by=by)


@transaction.atomic
def _announce(film: Film, facts: dict[str, Any], *, by: Sender) -> Upload:
    """One at a time for a place, so that its quota holds."""
    Place.objects.select_for_update(no_key=True).get(pk=by.place.pk)
    _check_quota(by.place, more=film.length)
    now = timezone.now()
    upload, made = Upload.objects.get_or_create(
        pk=film.id,
        defaults={
            "place": by.place,
            **facts,
            "user": by.user,
            "device": by.device,
            "name": footage.tidy(film.name),
            "length": film.length,
            "sha256": film.sha256,
            "announced_at": now,
            "expires_at": now + LIVES,
        },
    )
    if not made:
        return _told_again(upload, film, by=by)
    _tell(upload)
    noted = {"sha256": upload.sha256, "bytes": upload.length}
    audit.record("announced", upload, after=noted, by=by.user)
    return upload


def _told_again(upload: Upload, film: Film, *, by: Sender) -> Upload:
    """The phone may not have heard the answer, or was away for longer than we waited."""
    theirs = (by.place.pk, film.length, film.sha256)
    if (upload.place_id, upload.length, upload.sha256) != theirs:
        raise OtherFilmError("This film was changed on the phone. Choose it again.")
    if upload.status == Upload.Status.EXPIRED:
        with transaction.atomic():
            Place.objects.select_for_update(no_key=True).get(pk=by.place.pk)
            _check_quota(by.place, more=film.length)
            Upload.objects.filter(pk=upload.pk, status=Upload.Status.EXPIRED).update(
                status=Upload.Status.ANNOUNCED, expires_at=timezone.now() + LIVES
            )
        upload.refresh_from_db()
    return upload


def begin(upload: Upload) -> None:
    """Its first byte is about to come."""
    spool.begin(upload.pk)
    begun = Upload.objects.filter(pk=upload.pk, begun_at=None).update(begun_at=timezone.now())
    if begun and upload.brief is not None:
        brief_footage.uploading(upload.brief)


def tell_progress(upload: Upload) -> None:
    """Another piece has come: the board follows."""
    if upload.brief_id is not None:
        live.announce("sending", campaign=upload.storyteller.campaign_id, ids=[upload.brief_id])


def finish(upload: Upload, *, sha256: str) -> None:
    """All bytes are in the spool and on the disk; `sha256` was worked out from them.

    Raises `DamagedError` when the phone worked out another one. Safe to call again.
    """
    if sha256 != upload.sha256:
        spool.start_over(upload.pk)
        log.warning("upload %s arrived damaged and starts over", upload.pk)
        raise DamagedError("The film arrived damaged. Send it once more.")
    with transaction.atomic():
        finished = Upload.objects.filter(pk=upload.pk, status=Upload.Status.ANNOUNCED).update(
            status=Upload.Status.RECEIVED, received_at=timezone.now()
        )
        if finished:
            transaction.on_commit(partial(ring, upload.pk))
            audit.record("received film", upload, after={"sha256": sha256}, by=upload.user)


def store(upload_id: uuid.UUID) -> None:
    """Move what is whole from the spool into the storage: a clip, or evidence. Safe to call again.

    Storage that is away raises its own error; the spool keeps the film and the sweep tries again.
    """
    upload = _read(upload_id)
    if upload.status != Upload.Status.RECEIVED:
        return
    try:
        with spool.whole(upload.pk) as file:
            # Whoever held the lock before may have stored it meanwhile.
            upload.refresh_from_db(fields=["status"])
            if file is None or upload.status != Upload.Status.RECEIVED:
                return
            _take_in(upload, File(file, name=upload.name))
    except FileNotFoundError:
        if not spool.exists(upload.pk):
            _lose(upload)
            return
        raise
    spool.remove(upload.pk)


def _take_in(upload: Upload, file: File[bytes]) -> None:
    clip = None
    try:
        if upload.consent is None:
            clip = _make_clip(upload, file)
        else:
            kind = upload.consent.evidence_type
            consent_forms.attach_evidence(upload.consent, file, content_type=kind, by=upload.user)
    except footage.NoConsentError:
        _refuse(upload, Upload.Reason.CONSENT)
    except footage.NotYourPlaceError:
        _refuse(upload, Upload.Reason.PLACE)
    except (footage.BadFileError, consent_forms.ConsentError):
        _refuse(upload, Upload.Reason.FILE)
    else:
        _stored(upload, clip)


def _make_clip(upload: Upload, file: File[bytes]) -> Clip:
    return footage.receive(
        file,
        telling_of(upload),
        storyteller=upload.storyteller,
        brief=upload.brief,
        arrival=footage.Arrival(upload.pk, upload.announced_at, upload.device_id),
        by=upload.user,
    )


@transaction.atomic
def remove(upload: Upload, *, by: User) -> None:
    """The phone gives it up. Raises `NotOpenError` when it is finished or gone already."""
    removed = Upload.objects.filter(pk=upload.pk, status=Upload.Status.ANNOUNCED).update(
        status=Upload.Status.REMOVED
    )
    if not removed:
        raise NotOpenError("This film is not on its way any more.")
    transaction.on_commit(partial(spool.remove, upload.pk))
    _tell(upload)
    audit.record("removed film", upload, by=by)


def ring(upload: uuid.UUID) -> None:
    """Ask a worker to store it. Without Redis the sweep does it later."""
    try:
        django_rq.get_queue(QUEUE).enqueue(
            JOB, str(upload), job_id=f"upload-{upload.hex}", result_ttl=0, failure_ttl=86_400
        )
    except RedisError as error:
        log.warning("upload %s waits for the sweep: %s", upload, error)


def sweep() -> int:
    """For the clock: what is whole but not stored, what was given up, and files of nobody."""
    return _ring_again() + _expire() + _remove_strays()


def sweep_originals() -> int:
    """For the clock, rarely: originals in the storage whose clip was never saved.

    They are left by a worker that was killed between the two; nobody could find them again.
    """
    found = 0
    for name in storage.originals_before(timezone.now() - STRAY_AFTER):
        if not Clip.objects.filter(original=name).exists():
            log.warning("original %s belongs to no clip and is deleted", name)
            storage.remove(name)
            found += 1
    return found


def telling_of(upload: Upload) -> footage.Telling:
    said: dict[str, Any] = upload.telling
    return footage.Telling(**{**said, "themes": tuple(said["themes"])})


def _check_quota(place: Place, *, more: int) -> None:
    open_ones = Upload.objects.at(place).unfinished()
    taken = open_ones.aggregate(taken=Sum("length"))["taken"] or 0
    if taken + more > settings.UPLOAD_QUOTA:
        log.warning("place %d has %d bytes on their way and wants %d more", place.pk, taken, more)
        raise QuotaFullError(
            "Too much is on its way from here. Send or remove what waits, then try again."
        )


def _read(upload_id: uuid.UUID) -> Upload:
    rows = Upload.objects.select_related(
        "storyteller__place", "consent__storyteller", "brief", "user", "place"
    )
    return rows.get(pk=upload_id)


@transaction.atomic
def _stored(upload: Upload, clip: Clip | None) -> None:
    """The same film sent under two ids is one clip, and belongs to the first of them."""
    own = clip if clip is not None and clip.pk == upload.pk else None
    Upload.objects.filter(pk=upload.pk).update(
        status=Upload.Status.STORED, stored_at=timezone.now(), clip=own
    )
    _tell(upload)


@transaction.atomic
def _lose(upload: Upload) -> None:
    """The spool's disk is gone. The phone still has the film, and begins anew."""
    log.error("upload %s is not in the spool any more: the phone must send it again", upload.pk)
    Upload.objects.filter(pk=upload.pk, status=Upload.Status.RECEIVED).update(
        status=Upload.Status.ANNOUNCED, received_at=None
    )
    _tell(upload)


@transaction.atomic
def _refuse(upload: Upload, reason: Upload.Reason) -> None:
    """What we may not keep is not kept; the phone is told."""
    Upload.objects.filter(pk=upload.pk).update(status=Upload.Status.REFUSED, reason=reason)
    log.warning("upload %s is refused: %s", upload.pk, reason)
    _tell(upload)
    audit.record("refused film", upload, after={"reason": reason}, by=None)


def _tell(upload: Upload) -> None:
    live.announce(
        "upload",
        campaign=upload.storyteller.campaign_id,
        ids=[str(upload.pk)],
        place=upload.place_id,
    )


def _ring_again() -> int:
    waiting = Upload.objects.filter(
        status=Upload.Status.RECEIVED, received_at__lt=timezone.now() - PATIENCE
    )
    found = list(waiting.values_list("pk", flat=True)[:MOST])
    for pk in found:
        ring(pk)
    return len(found)


def _expire() -> int:
    """Those whose phone never came back. It may still come: then it begins anew."""
    found = list(Upload.objects.overdue(at=timezone.now())[:MOST])
    for upload in found:
        with transaction.atomic():
            expired = Upload.objects.filter(pk=upload.pk, status=Upload.Status.ANNOUNCED).update(
                status=Upload.Status.EXPIRED
            )
            if expired:
                transaction.on_commit(partial(spool.remove, upload.pk))
                audit.record("expired film", upload, by=None)
    return len(found)


def _remove_strays() -> int:
    """Spooled files that no upload needs any more."""
    old = spool.older_than(STRAY_AFTER.total_seconds())
    needed = set(Upload.objects.unfinished().filter(pk__in=old).values_list("pk", flat=True))
    strays = [one for one in old if one not in needed]
    for stray in strays:
        spool.remove(stray)
    return len(strays)
