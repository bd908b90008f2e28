"""A storyteller takes their consent back: from that moment nothing of theirs is used any more.

The clips leave the shelf, and the files made from them leave the storage; the rows stay, without
their files, so that the audit log and the counts stay true. What was posted is the desk's to take
down: it is told by a job, and finds withdrawn clips by itself too.
"""

import logging
import uuid

import django_rq
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from redis import RedisError
from rq.queue import Queue

from campaign import audit, live
from campaign.models import User
from videos import custody, storage, withdrawal_codes
from videos.actions import footage
from videos.models import Clip, Consent, Rendition, Storyteller

log = logging.getLogger(__name__)

#: By name, because footage knows nothing of the desk.
TAKE_DOWN = "responders.jobs.take_down_storyteller"
QUEUE = "posting"
MOST = 200
WITHDRAWAL = ["withdrawn_at", "withdrawn_by", "withdrawal_channel", "withdrawal_scope"]


class NothingToWithdrawError(Exception):
    """There is no consent, or it was withdrawn already; the text is for the person asking."""


def withdraw(
    storyteller: Storyteller,
    *,
    channel: Consent.Channel,
    scope: Consent.Scope = Consent.Scope.EVERYTHING,
    by: User | None,
) -> int:
    """Note that the newest consent is withdrawn. Returns how many clips go with it.

    When it has returned, no further post with their clips begins. With `NOTHING_NEW` what is
    posted stays, and the clips retire; else they are withdrawn, their files deleted, and what is
    posted comes down. Raises `NothingToWithdrawError`.
    """
    now = timezone.now()
    with transaction.atomic():
        consent = _newest_locked(storyteller)
        if consent is None:
            raise NothingToWithdrawError(f"{storyteller.public_name} has given no consent.")
        if consent.withdrawn_at is not None:
            raise NothingToWithdrawError(
                f"The consent of {storyteller.public_name} is withdrawn already."
            )
        consent.withdrawn_at = max(now, consent.given_at)
        consent.withdrawn_by = by
        consent.withdrawal_channel = channel
        consent.withdrawal_scope = scope
        consent.save(update_fields=WITHDRAWAL)
        clips = _take_off(storyteller, scope=scope, by=by)
        facts = {
            "version": consent.version,
            "channel": channel.value,
            "scope": scope.value,
            "clips": len(clips),
        }
        audit.record("withdrew consent", storyteller, after=facts, by=by)
        transaction.on_commit(lambda: _ring(storyteller.pk))
        if scope == Consent.Scope.EVERYTHING:
            transaction.on_commit(lambda: _purge_all(clips, by=by), robust=True)
    return len(clips)


def withdraw_by_code(code: str, *, scope: Consent.Scope) -> Storyteller:
    """What a storyteller does themselves, with the code that they were given, however old.

    Raises `NothingToWithdrawError`, in the same words for a wrong code and one that is used up.
    """
    unknown = NothingToWithdrawError("We do not know this code, or it was used already.")
    try:
        digest = withdrawal_codes.digest(code)
    except ValueError as error:
        raise unknown from error
    given = Consent.objects.filter(code_hash=digest).select_related("storyteller").first()
    if given is None:
        raise unknown
    try:
        withdraw(given.storyteller, channel=Consent.Channel.CODE, scope=scope, by=None)
    except NothingToWithdrawError as error:
        raise unknown from error
    return given.storyteller


def sweep() -> int:
    """Clips that arrived beside a withdrawal, and files that could not be purged then."""
    found = [_late_clips(one) for one in _with_late_clips()]
    left = Rendition.objects.filter(clip__status=Clip.Status.WITHDRAWN, clip__legal_hold="")
    left = left.exclude(file="")
    clips = list(left.order_by().values_list("clip", flat=True).distinct()[:MOST])
    _purge_all(clips, by=None)
    return sum(found) + len(clips)


def _newest_locked(storyteller: Storyteller) -> Consent | None:
    """The newest consent. Until the transaction ends nobody adds a clip and no reply begins."""
    Storyteller.objects.select_for_update(no_key=True, of=("self",)).get(pk=storyteller.pk)
    consents = Consent.objects.filter(storyteller=storyteller).order_by("-version")
    return consents.select_for_update(no_key=True, of=("self",)).first()


def _take_off(
    storyteller: Storyteller, *, scope: Consent.Scope, by: User | None
) -> list[uuid.UUID]:
    """Withdraw their clips, or retire them where what is posted may stay."""
    everything = scope == Consent.Scope.EVERYTHING
    status = Clip.Status.WITHDRAWN if everything else Clip.Status.RETIRED
    over = [Clip.Status.WITHDRAWN, status]
    rows = Clip.objects.filter(storyteller=storyteller).exclude(status__in=over)
    clips = list(rows.order_by("pk").select_for_update(no_key=True, of=("self",)))
    before = {clip.pk: clip.status for clip in clips}
    Clip.objects.filter(pk__in=before).update(status=status)
    for clip in clips:
        custody.record(clip, custody.Kind.WITHDRAWN, by=by, scope=scope.value)
    for clip in clips:
        clip.refresh_from_db(fields=["status"])
        footage.announce(clip)
        states = {"before": {"status": before[clip.pk]}, "after": {"status": clip.status}}
        audit.record("withdrawn", clip, **states, by=by)
    return list(before)


def _with_late_clips() -> list[Storyteller]:
    """Storytellers whose newest consent is withdrawn and who have a clip that is not."""
    over = Consent.objects.newest().filter(withdrawn_at__isnull=False)
    over = over.exclude(withdrawal_scope=Consent.Scope.NOTHING_NEW)
    clips = Clip.objects.exclude(status=Clip.Status.WITHDRAWN)
    return list(
        Storyteller.objects.filter(
            Exists(over.filter(storyteller=OuterRef("pk"))),
            Exists(clips.filter(storyteller=OuterRef("pk"))),
        )[:MOST]
    )


def _late_clips(storyteller: Storyteller) -> int:
    with transaction.atomic():
        consent = _newest_locked(storyteller)
        if consent is None or consent.withdrawn_at is None:
            return 0
        if consent.withdrawal_scope == Consent.Scope.NOTHING_NEW:
            return 0
        clips = _take_off(storyteller, scope=Consent.Scope.EVERYTHING, by=None)
        transaction.on_commit(lambda: _ring(storyteller.pk))
    return len(clips)


def _purge_all(clips: list[uuid.UUID], *, by: User | None) -> None:
    """Delete the renditions' files. What the storage does not delete now, the sweep tries again."""
    for clip in clips:
        try:
            _purge(clip, by=by)
        except Exception:  # each storage has errors of its own
            log.exception("files of withdrawn clip %s wait for the sweep", clip)


def _purge(clip_id: uuid.UUID, *, by: User | None) -> None:
    """The files go first, then the row says so: a crash in between only means a second try."""
    rows = Rendition.objects.filter(clip=clip_id, clip__legal_hold="").exclude(file="")
    renditions = list(rows)
    for rendition in renditions:
        storage.remove(rendition.file)
    with transaction.atomic():
        purged = rows.filter(pk__in=[one.pk for one in renditions]).update(file="")
        if purged:
            clip = Clip.objects.get(pk=clip_id)
            custody.record(clip, custody.Kind.PURGED, by=by, files=purged, why="withdrawn")
            audit.record("purged", clip, after={"files": purged}, by=by)


def _ring(storyteller_id: int) -> None:
    """Have the desk take down what was posted. Without Redis its sweep finds it."""
    try:
        queue: Queue = django_rq.get_queue(
            QUEUE, connection=live.connection(), commit_mode="auto", autocommit=None
        )
        queue.enqueue(TAKE_DOWN, storyteller_id, result_ttl=0, failure_ttl=86_400)
    except RedisError as error:
        log.warning("storyteller %s waits for the sweep: %s", storyteller_id, error)
