"""What comes of a brief: a film on its way, in London, on the shelf; and briefs that are moot."""

import uuid

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaign import audit
from campaign.intake import priority
from campaign.models import Mention, User
from videos.actions import brief_state, notices
from videos.models import Brief, Clip, Notice

BATCH = 200


def uploading(brief: Brief) -> None:
    """The first byte of a film for it has come."""
    with transaction.atomic():
        fresh = Brief.objects.open().filter(pk=brief.pk, uploading_at=None)
        if fresh.update(uploading_at=timezone.now()):
            brief_state.tell(brief)


def received(brief: Brief, *, by: User) -> bool:
    """A film for it is safely in London. Call it inside the transaction that saves the clip.

    True when it was waited for. A film for a brief that is over is kept all the same.
    """
    locked = brief_state.locked(brief)
    if not locked.is_open:
        return False
    now = timezone.now()
    brief_state.move(
        locked,
        Brief.Status.RECEIVED,
        received_at=now,
        uploading_at=locked.uploading_at or now,
    )
    audit.record("received", locked, after={"status": locked.status}, by=by)
    brief_state.tell(locked)
    return True


@transaction.atomic
def ready(clip_id: uuid.UUID) -> None:
    """A clip is on the shelf: if a brief waited for it, its mention goes back to the desk, first.

    Call it when the clip's own transaction has committed; the sweep finds what was missed.
    """
    clip = Clip.objects.select_related("brief").filter(pk=clip_id, brief__isnull=False).first()
    if clip is None or clip.brief is None or clip.status != Clip.Status.READY:
        return
    mention = brief_state.mention_of(clip.brief)
    brief = brief_state.locked(clip.brief)
    if brief.status != Brief.Status.RECEIVED or brief.ready_at is not None:
        return
    brief.ready_at = timezone.now()
    brief.save(update_fields=["ready_at"])
    asked_again = brief_state.is_replaced(brief)
    if mention is not None and mention.status == Mention.Status.BRIEFED and not asked_again:
        _return_first(mention)
    audit.record("footage ready", brief, after={"clip": clip.pk}, by=None)
    brief_state.tell(brief, ready=True)


def _return_first(mention: Mention) -> None:
    """Back into the queue, before everything else, whatever its words looked like."""
    mention.priority_parts = priority.first(mention.priority_parts)
    mention.priority = priority.total(mention.priority_parts)
    mention.queue_at = priority.place(mention.received_at, mention.priority)
    mention.doubt, mention.trusted = "", True
    mention.status = Mention.Status.WAITING
    mention.save(
        update_fields=["priority", "priority_parts", "queue_at", "doubt", "trusted", "status"]
    )


def sweep() -> int:
    """For the clock: footage whose news was lost, and briefs whose mention is past answering."""
    missed = Clip.objects.ready().filter(brief__status=Brief.Status.RECEIVED, brief__ready_at=None)
    clips = list(missed.values_list("pk", flat=True)[:BATCH])
    for clip in clips:
        ready(clip)
    waits = Mention.objects.filter(pk=OuterRef("mention"), status=Mention.Status.BRIEFED)
    moot = Brief.objects.filter(
        ~Exists(waits),
        status__in=[*Brief.OPEN, Brief.Status.DECLINED],
        mention__isnull=False,
        replacement=None,
    )
    briefs = list(moot[:BATCH])
    return len(clips) + sum(_drop(brief) for brief in briefs)


@transaction.atomic
def _drop(brief: Brief) -> bool:
    """Nobody is left to answer: the tweet was deleted, or its author opted out."""
    mention = brief_state.mention_of(brief)
    locked = brief_state.locked(brief)
    asked = mention is not None and mention.status == Mention.Status.BRIEFED
    if asked or locked.status not in {*Brief.OPEN, Brief.Status.DECLINED}:
        return False
    brief_state.move(locked, Brief.Status.CANCELLED, cancelled_at=timezone.now())
    audit.record("dropped", locked, after={"status": locked.status}, by=None)
    brief_state.tell(locked)
    notices.tell(locked, Notice.Kind.TAKEN_BACK)
    return True
