"""Films made ready on the network ahead of the replies that carry them.

One upload serves every reply of an account with the same film. It goes in pieces of 1 MiB read
straight from the storage, goes on at the piece that failed, and is renewed before it expires as
long as a reply wants it. An upload is no post: whatever goes wrong here can safely be repeated.
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaign import live
from campaign.models import Account, Campaign
from campaign.networks import registry
from campaign.networks.base import (
    MediaStage,
    MediaState,
    Network,
    NetworkError,
    RateLimited,
    Refusal,
    Rejected,
    Subtitles,
)
from campaign.prepared import Given, Prepared
from responders import doorbells, pacing
from responders.actions import pausing
from responders.models import MediaUpload, Reply, ReplyQuerySet
from videos import custody
from videos.actions import captions
from videos.models import CaptionTrack, Clip, Rendition
from videos.processing import subtitles

log = logging.getLogger(__name__)

CHUNK = 1024 * 1024
#: Seconds between two notes of how far a film is. What fails notes it too: only a process that is
#: killed sends again what it sent since.
NOTED_EVERY = 0.25
LANGUAGES = dict(settings.LANGUAGES)
UPLOADING = (Campaign.Captions.UPLOADED, Campaign.Captions.BOTH)
#: An upload that expires within this time is too old to be posted with.
MARGIN = timedelta(minutes=2)
#: Renewed when it expires within this time and is still wanted.
RENEW_BEFORE = timedelta(minutes=30)
#: A film that the network could not prepare is left alone for so long, unless a person asks.
RESTED = timedelta(minutes=10)
#: What we assume when the network does not say how long it keeps a film.
KEPT_FOR = timedelta(hours=12)
#: A draft that nobody touched for so long does not keep a film alive on the network.
DRAFT_COUNTS_FOR = timedelta(hours=1)
BELL_SECONDS = 10
MOST_TRIES = 4
LONGEST_BACK_OFF = 120.0
LOCK_CLASS = 7_202


def want(clip: Clip, account: Account) -> MediaUpload | None:
    """Have this clip's film made ready on the account's network. None while it has no film.

    Idempotent and cheap: call it when a clip is paired and again when the reply is approved. What
    the network could not prepare some time ago is tried anew.
    """
    film = Rendition.objects.filter(clip=clip, kind=Rendition.Kind.POST).first()
    if film is None:
        return None
    upload, _ = MediaUpload.objects.get_or_create(
        account=account, sha256=film.sha256, defaults={"clip": clip, "bytes_total": film.bytes}
    )
    if upload.state == MediaUpload.State.FAILED and upload.updated_at > timezone.now() - RESTED:
        return upload
    if not is_ready(upload):
        if upload.state in {MediaUpload.State.READY, MediaUpload.State.FAILED}:
            _restart(upload)
        doorbells.ring(doorbells.UPLOAD, upload.pk, quiet_for=1)
    return upload


def state_for(reply: Reply) -> MediaUpload | None:
    return _STATE.first(account=reply.account_id, clip=reply.clip_id)


def _state() -> QuerySet[MediaUpload]:
    films = Rendition.objects.filter(clip=Given("clip"), kind=Rendition.Kind.POST)
    uploads = MediaUpload.objects.filter(account=Given("account"))
    return uploads.filter(sha256__in=films.values("sha256")).order_by("pk")[:1]


_STATE = Prepared(_state)


def is_ready(upload: MediaUpload) -> bool:
    return (
        upload.state == MediaUpload.State.READY
        and upload.expires_at is not None
        and upload.expires_at > timezone.now() + MARGIN
    )


def wanted_by(upload: MediaUpload) -> ReplyQuerySet:
    """Replies of that account that will go out with that film."""
    return Reply.objects.all().filter(
        account=upload.account_id,
        clip__renditions__kind=Rendition.Kind.POST,
        clip__renditions__sha256=upload.sha256,
    )


def begin_anew(upload_id: int) -> None:
    """The network does not know this film any more, or somebody tries it again: upload it anew."""
    upload = MediaUpload.objects.select_for_update().get(pk=upload_id)
    _restart(upload)
    doorbells.ring(doorbells.UPLOAD, upload.pk)


def upload(upload_id: int) -> None:
    """Take one upload as far as it goes now. Safe to call at any time, by many workers at once."""
    with _alone(upload_id) as alone:
        if not alone:
            return
        row = MediaUpload.objects.select_related("account", "clip").get(pk=upload_id)
        now = timezone.now()
        if not _is_open(row) or (row.check_at is not None and row.check_at > now):
            return
        network = registry.connect(row.account)
        try:
            _advance(row, network)
        except NetworkError as error:
            _fail(row, error)
        finally:
            network.close()
        _tell(row)


def due(*, at: datetime) -> QuerySet[MediaUpload]:
    """Uploads with something left to do now."""
    return MediaUpload.objects.filter(
        Q(check_at=None) | Q(check_at__lte=at),
        state__in=_OPEN,
        account__status=Account.Status.ACTIVE,
    )


def expiring(*, at: datetime) -> QuerySet[MediaUpload]:
    """Ready films that expire soon and that a reply still waits for."""
    drafts = Q(status=Reply.Status.DRAFT, updated_at__gt=at - DRAFT_COUNTS_FOR)
    waiting = Q(status__in=[Reply.Status.SUBMITTED, Reply.Status.APPROVED, Reply.Status.STALE])
    wanting = Reply.objects.filter(
        drafts | waiting,
        account=OuterRef("account"),
        clip__renditions__kind=Rendition.Kind.POST,
        clip__renditions__sha256=OuterRef("sha256"),
    )
    return MediaUpload.objects.filter(
        Exists(wanting), state=MediaUpload.State.READY, expires_at__lte=at + RENEW_BEFORE
    )


def renew(upload_id: int) -> None:
    with transaction.atomic():
        row = MediaUpload.objects.select_for_update().get(pk=upload_id)
        if row.state == MediaUpload.State.READY:
            _restart(row)
            doorbells.ring(doorbells.UPLOAD, row.pk)


_OPEN = [MediaUpload.State.PENDING, MediaUpload.State.UPLOADING, MediaUpload.State.PROCESSING]


def _is_open(row: MediaUpload) -> bool:
    return row.state in _OPEN


def _restart(row: MediaUpload) -> None:
    row.state = MediaUpload.State.PENDING
    row.media_id = row.failure = ""
    row.bytes_sent = 0
    row.expires_at = row.check_at = None
    row.tries = 0
    row.save()


@contextmanager
def _alone(upload_id: int) -> Iterator[bool]:
    """Whether this process alone works on the upload. A killed process lets go by dying."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, upload_id])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, upload_id])


def _advance(row: MediaUpload, network: Network) -> None:
    if row.state == MediaUpload.State.PROCESSING:
        _take_finished(row, network.media_state(row.media_id), network)
        return
    film = row.clip.renditions.filter(kind=Rendition.Kind.POST, sha256=row.sha256).first()
    if film is None or not film.file or not default_storage.exists(film.file):
        _give_up(row, "The film is not in our storage.")
        return
    if _sha256(film.file) != row.sha256:
        _give_up(row, "The film in our storage is not the one that was checked.")
        return
    if not row.media_id:
        ticket = network.upload_start(total_bytes=film.bytes, media_type=film.content_type)
        row.media_id = ticket.media_id
        row.bytes_total = film.bytes
        row.bytes_sent = 0
        row.expires_at = ticket.expires_at
    row.state = MediaUpload.State.UPLOADING
    row.save()
    _send(row, film, network)
    _take_finished(row, network.upload_finish(row.media_id), network)


def _send(row: MediaUpload, film: Rendition, network: Network) -> None:
    with default_storage.open(film.file, "rb") as source:
        index = row.bytes_sent // CHUNK
        source.seek(index * CHUNK)
        noted_at = time.monotonic()
        while chunk := source.read(CHUNK):
            network.upload_append(row.media_id, index=index, chunk=chunk)
            index += 1
            row.bytes_sent = min(index * CHUNK, row.bytes_total)
            if time.monotonic() >= noted_at + NOTED_EVERY:
                noted_at = time.monotonic()
                row.save(update_fields=["bytes_sent", "updated_at"])


def _take_finished(row: MediaUpload, state: MediaState, network: Network) -> None:
    """The same, but a film that is ready gets its captions and its line in the custody first."""
    if state.ready:
        _add_captions(row, network)
        with transaction.atomic():
            facts = {"network": row.account.network, "media": row.media_id}
            custody.record(row.clip_id, custody.Kind.UPLOADED, sha256=row.sha256, by=None, **facts)
    _take(row, state)


def _add_captions(row: MediaUpload, network: Network) -> None:
    """Reviewed captions go with the film where the campaign wants that.

    A film whose captions the network refuses is still a film: the answer does not wait for them.
    """
    if row.account.campaign.captions not in UPLOADING:
        return
    tracks = CaptionTrack.objects.reviewed().filter(clip=row.clip_id)
    for track in tracks.select_related("clip"):
        segments = captions.shown(track)
        if not segments:
            continue
        name = LANGUAGES.get(track.language, track.language)
        srt = subtitles.to_srt(segments).encode()
        try:
            network.add_subtitles(row.media_id, Subtitles(track.language, name, srt))
        except NetworkError as error:
            log.warning("film %s goes without %s captions: %s", row.pk, track.language, error)


def _take(row: MediaUpload, state: MediaState) -> None:
    """Note how far the network is with the film."""
    now = timezone.now()
    row.expires_at = state.expires_at or row.expires_at
    row.failure = ""
    if state.state is MediaStage.FAILED:
        _try_again_or_give_up(row, state.error or "X could not prepare the film.")
        return
    if state.ready:
        row.state = MediaUpload.State.READY
        row.expires_at = row.expires_at or now + KEPT_FOR
        row.check_at = None
        row.tries = 0
    else:
        row.state = MediaUpload.State.PROCESSING
        row.check_at = now + timedelta(seconds=min(max(state.check_after, 0.5), 60))
        doorbells.ring(doorbells.UPLOAD, row.pk, at=row.check_at)
    row.save()


def _fail(row: MediaUpload, error: NetworkError) -> None:
    now = timezone.now()
    row.failure = str(error)[:500]
    if isinstance(error, RateLimited):
        row.check_at = error.retry_at
    elif isinstance(error, Rejected) and error.kind.stops_account:
        pausing.stop_account(row.account, kind=error.kind, detail=error.detail)
        row.check_at = now + timedelta(minutes=1)
    elif isinstance(error, Rejected):
        _try_again_or_give_up(row, error.detail, for_good=error.kind is Refusal.TOO_LARGE)
        return
    else:
        row.tries += 1
        row.check_at = now + pacing.back_off(row.tries, longest=LONGEST_BACK_OFF)
    row.save()


def _try_again_or_give_up(row: MediaUpload, failure: str, *, for_good: bool = False) -> None:
    """The network refused the film, or forgot what it had of it: begin anew, a few times."""
    tries = row.tries + 1
    if for_good or tries >= MOST_TRIES:
        _give_up(row, failure)
        return
    _restart(row)
    row.tries = tries
    row.failure = failure[:500]
    row.check_at = timezone.now() + pacing.back_off(tries, longest=LONGEST_BACK_OFF)
    row.save()


def _give_up(row: MediaUpload, failure: str) -> None:
    log.warning("film %s cannot be made ready: %s", row.sha256[:8], failure)
    row.state = MediaUpload.State.FAILED
    row.failure = failure[:500]
    row.check_at = None
    row.tries = 0
    row.save()


def _sha256(name: str) -> str:
    digest = hashlib.sha256()
    with default_storage.open(name, "rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _tell(row: MediaUpload) -> None:
    """Ring for the replies that waited for this film, and tell open pages how far it is."""
    now = timezone.now()
    waiting = list(wanted_by(row).due(at=now).values_list("pk", flat=True)[:100])
    if row.state in {MediaUpload.State.READY, MediaUpload.State.FAILED}:
        for reply in waiting:
            doorbells.ring(doorbells.POST, reply)
    if waiting:
        live.announce("reply", campaign=row.account.campaign_id, ids=waiting)
