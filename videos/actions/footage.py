"""A film arrives, and a clip leaves the shelf: every write about footage that a person makes."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime

import django_rq
from django.core.files import File
from django.db import transaction
from django.utils import timezone
from redis import RedisError

from campaign import audit, live
from campaign.models import User
from videos import custody, storage
from videos.actions import brief_footage
from videos.models import Brief, Clip, Consent, CrewMember, Storyteller
from videos.processing.probe import MAX_BYTES, Reason

log = logging.getLogger(__name__)

NETWORK = "x"
QUEUE = "media"
JOB = "videos.jobs.prepare_clip"


class FootageError(Exception):
    """A film cannot be taken, or a clip not changed; the text says why, for the person asking."""


class NotYourPlaceError(FootageError):
    """The storyteller is filmed by another crew, or for a campaign that is not this person's."""


class NoConsentError(FootageError):
    """The storyteller's newest consent does not allow that a clip is shown."""


class BadFileError(FootageError):
    """The file can be refused before anybody looks into it."""


class NotOnShelfError(FootageError):
    """The clip is not in a state that can be retired."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a person says about the film that they send."""

    title: str
    language: str
    quote: str = ""
    themes: tuple[str, ...] = ()
    voice_only: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a film came that was sent in pieces: the id that its phone gave it, and when the phone
    told of it, with the hash. The clip keeps the id, so that trying twice makes one."""

    id: uuid.UUID
    told_at: datetime
    device: uuid.UUID | None = None


def receive(
    upload: File[bytes],
    telling: Telling,
    *,
    storyteller: Storyteller,
    brief: Brief | None = None,
    arrival: Arrival | None = None,
    by: User,
) -> Clip:
    """Take a film in: store it untouched, note its hash, and have it prepared.

    The same file for the same storyteller, sent again, is the clip that is there already; so is
    that of the `arrival`, when a try before this one came so far. The `brief` that it was filmed
    for is received with it.
    Raises `NotYourPlaceError`, `NoConsentError`, `BadFileError`; then nothing is stored.
    """
    if arrival and (known := Clip.objects.filter(pk=arrival.id).first()):
        return known
    check(storyteller, brief=brief, by=by)
    size = check_size(upload.size or 0)
    sha256 = storage.digest(upload)
    if known := _find(storyteller, sha256=sha256):
        return known
    clip = Clip(
        id=arrival.id if arrival else uuid.uuid4(),
        campaign_id=storyteller.campaign_id,
        storyteller=storyteller,
        brief=brief,
        title=telling.title,
        quote=telling.quote,
        language=telling.language,
        themes=list(telling.themes),
        voice_only=telling.voice_only,
        original_name=tidy(upload.name),
        original_sha256=sha256,
        original_bytes=size,
        uploaded_by=by,
        received_at=timezone.now(),
    )
    clip.original = storage.keep_original(upload, clip.id)
    try:
        kept = _save(clip, arrival, by=by)
    except BaseException:
        storage.remove(clip.original)
        raise
    if kept.pk != clip.pk:
        storage.remove(clip.original)
    return kept


def check(storyteller: Storyteller, *, brief: Brief | None, by: User) -> None:
    """Whether a film of them may be taken from `by`.

    Raises `NotYourPlaceError`, `NoConsentError`.
    """
    check_person(storyteller, by=by)
    _check_brief(brief, storyteller=storyteller)
    _check_consent(storyteller)


@transaction.atomic
def retire(clip: Clip, *, by: User) -> None:
    """Take a clip off the shelf for good; what was posted with it stays posted.

    Raises `NotOnShelfError` when it is being prepared, or was retired or withdrawn already.
    """
    states = [Clip.Status.READY, Clip.Status.FAILED]
    changed = Clip.objects.filter(pk=clip.pk, status__in=states).update(status=Clip.Status.RETIRED)
    if not changed:
        raise NotOnShelfError("This clip is not on the shelf any more. Reload the page.")
    before = clip.status
    clip.refresh_from_db(fields=["status"])
    announce(clip)
    audit.record("retired", clip, before={"status": before}, after={"status": clip.status}, by=by)


def check_size(size: int) -> int:
    """Raises `BadFileError` unless so many bytes may be a film."""
    if size <= 0:
        raise BadFileError(str(Reason.EMPTY.message))
    if size > MAX_BYTES:
        raise BadFileError(str(Reason.TOO_BIG.message))
    return size


def tidy(name: str | None) -> str:
    """What the phone called the file, for people to read: printable, one line, short."""
    kept = "".join(letter for letter in name or "" if letter.isprintable())
    return kept.strip()[-200:]


def lock(clip_id: uuid.UUID) -> Clip:
    """The clip under its row lock, with its storyteller and campaign."""
    clips = Clip.objects.select_for_update(of=("self",))
    return clips.select_related("storyteller", "campaign").get(pk=clip_id)


def queue_again(clip: Clip) -> None:
    """Have a locked clip prepared anew from its original."""
    clip.status = Clip.Status.RECEIVED
    clip.progress = 0
    clip.save(update_fields=["status", "progress"])
    announce(clip)
    transaction.on_commit(lambda: ring(clip.pk))


def announce(clip: Clip) -> None:
    """Tell the newsroom and the crew of the place how this clip is doing."""
    live.announce(
        "clip",
        campaign=clip.campaign_id,
        ids=[str(clip.pk)],
        place=clip.storyteller.place_id,
        status=clip.status,
        progress=clip.progress,
    )


def ring(clip: uuid.UUID) -> None:
    """Ask a media worker to prepare this clip. Without Redis the sweep does it later."""
    try:
        django_rq.get_queue(QUEUE).enqueue(
            JOB, str(clip), job_id=job_id(clip), result_ttl=0, failure_ttl=86_400
        )
    except RedisError as error:
        log.warning("clip %s waits for the sweep: %s", clip, error)


def job_id(clip: uuid.UUID) -> str:
    return f"clip-{clip.hex}"


@transaction.atomic
def _save(clip: Clip, arrival: Arrival | None, *, by: User) -> Clip:
    """Save the clip unless a request beside this one saved the same film first."""
    Storyteller.objects.select_for_update().get(pk=clip.storyteller_id)
    if known := _find(clip.storyteller, sha256=clip.original_sha256):
        return known
    clip.save(force_insert=True)
    if arrival:
        facts = {"told_at": arrival.told_at, "device": arrival.device}
        custody.record(clip, custody.Kind.HASHED, sha256=clip.original_sha256, by=by, **facts)
    custody.record(
        clip, custody.Kind.RECEIVED, sha256=clip.original_sha256, by=by, bytes=clip.original_bytes
    )
    if clip.brief is not None:
        brief_footage.received(clip.brief, by=by)
    announce(clip)
    transaction.on_commit(lambda: ring(clip.pk))
    after = {"sha256": clip.original_sha256, "bytes": clip.original_bytes}
    audit.record("received", clip, after=after, by=by)
    return clip


def _find(storyteller: Storyteller, *, sha256: str) -> Clip | None:
    over = [Clip.Status.FAILED, Clip.Status.RETIRED, Clip.Status.WITHDRAWN]
    same = Clip.objects.filter(storyteller=storyteller, original_sha256=sha256)
    return same.exclude(status__in=over).first()


def check_person(storyteller: Storyteller, *, by: User) -> None:
    """Raise `NotYourPlaceError` unless the person works with this storyteller."""
    crew = CrewMember.objects.filter(user=by).first()
    if crew is not None and crew.place_id != storyteller.place_id:
        raise NotYourPlaceError("This storyteller is with another crew.")
    if crew is None and not by.campaigns.filter(pk=storyteller.campaign_id).exists():
        raise NotYourPlaceError("This storyteller belongs to another campaign.")


def _check_brief(brief: Brief | None, *, storyteller: Storyteller) -> None:
    theirs = (storyteller.place_id, storyteller.campaign_id)
    if brief is not None and (brief.place_id, brief.campaign_id) != theirs:
        raise NotYourPlaceError("This brief is with another crew.")


def _check_consent(storyteller: Storyteller) -> None:
    allowed = Consent.objects.agreed(
        network=NETWORK, campaign=storyteller.campaign_id, at=timezone.now()
    )
    if not allowed.filter(storyteller=storyteller).exists():
        raise NoConsentError(
            f"{storyteller.public_name} has no consent on file that is valid today. "
            "Ask London before you film."
        )
