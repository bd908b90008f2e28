"""Taking back what we said: a reply of ours leaves the network, and nothing more goes out with it.

Deleting is safe to repeat, as creating is not: a post that is gone is what was wanted. So there is
no attempt to write down and no doubt to settle. The reply says `removing` until the network has
confirmed; a worker that dies in between is followed by another.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaign.models import User
from campaign.networks import registry
from campaign.networks.base import (
    Network,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refusal,
    Rejected,
)
from petitions.actions import links
from petitions.models import TrackedLink
from responders import doorbells, pacing
from responders.actions import approval, changes, outcomes, pausing
from responders.actions.changes import Refused
from responders.models import Reply, Takedown
from videos import custody
from videos.models import Clip, Consent, Storyteller

__all__ = ["Refused"]

log = logging.getLogger(__name__)

#: A worker that was given a removal has so long; longer than a job of the queue may take.
LEASE = timedelta(seconds=90)
#: After so many calls in a row without a clear answer a person looks.
MOST_TRIES = 8
LONGEST_BACK_OFF = 300.0
NOT_REMOVED = "not_removed"

#: What waits to be posted. Drafts are not: no draft with a withdrawn clip can be approved.
SCHEDULED = (
    Reply.Status.SUBMITTED,
    Reply.Status.APPROVED,
    Reply.Status.BY_HAND,
    Reply.Status.STALE,
)


def take_down(reply: Reply, *, reason: str, by: User | None) -> Reply:
    """Have a posted reply deleted on the network. Its tweet stays answered.

    Also again, when the network refused the first time. Raises `Refused`.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise Refused("Write why, so that colleagues know.")
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        if not _stands(reply):
            raise approval.Settled(_not_there(reply))
        reply.takedown = reply.takedown or _order_of(reply, reason=reason, by=by)
        _start(reply, reason=reason, by=by)
    return reply


def _order_of(reply: Reply, *, reason: str, by: User | None) -> Takedown:
    now = timezone.now()
    return Takedown.objects.create(
        campaign=reply.mention.campaign,
        scope=Takedown.Scope.REPLY,
        reason=reason,
        asked_at=now,
        asked_by=by,
        spread_at=now,
    )


def take_down_clip(clip: Clip, *, reason: str, by: User | None) -> int:
    """What a withdrawn clip is in: posted replies come down, waiting ones are given up.

    Returns how many replies changed. What is on its way to the network just now is found by the
    sweep once it has arrived. Safe to repeat.
    """
    links.forget_clip(clip.pk)
    wanted = Reply.objects.filter(clip=clip, status__in=[*SCHEDULED, Reply.Status.POSTED])
    pks = list(wanted.order_by("mention_id").values_list("pk", flat=True))
    order = _withdrawal_of(clip, reason=reason, by=by) if pks else None
    return sum(take_back(pk, reason=reason, kind="consent", under=order, by=by) for pk in pks)


def take_down_storyteller(storyteller: Storyteller, *, reason: str, by: User | None) -> int:
    """The same for every clip of theirs that was withdrawn. Clips of a new consent stay."""
    clips = Clip.objects.filter(storyteller=storyteller, status=Clip.Status.WITHDRAWN)
    return sum(take_down_clip(clip, reason=reason, by=by) for clip in clips)


def _withdrawal_of(clip: Clip, *, reason: str, by: User | None) -> Takedown:
    """One report for all that one withdrawal takes back."""
    now = timezone.now()
    told: dict[str, Any] = {"reason": reason[:200], "asked_by": by}
    known = Takedown.objects.filter(
        campaign=clip.campaign, scope=Takedown.Scope.STORYTELLER, storyteller=clip.storyteller
    )
    return known.filter(**told).first() or Takedown.objects.create(
        campaign=clip.campaign,
        scope=Takedown.Scope.STORYTELLER,
        storyteller=clip.storyteller,
        asked_at=now,
        spread_at=now,
        **told,
    )


def follow_withdrawal(storyteller_id: int) -> int:
    """Do here what a withdrawn consent asks for, in the name of whoever noted the withdrawal."""
    withdrawn = Consent.objects.filter(storyteller=storyteller_id, withdrawn_at__isnull=False)
    newest = withdrawn.select_related("storyteller", "withdrawn_by").order_by("-version").first()
    if newest is None:
        return 0
    return take_down_storyteller(
        newest.storyteller, reason="consent withdrawn", by=newest.withdrawn_by
    )


def left_over() -> list[int]:
    """Storytellers with a withdrawn clip that is still posted, waiting, or on a petition page."""
    replies = Reply.objects.filter(
        clip=OuterRef("pk"), status__in=[*SCHEDULED, Reply.Status.POSTED]
    )
    tracked = TrackedLink.objects.filter(clip_id=OuterRef("pk"))
    clips = Clip.objects.filter(Exists(replies) | Exists(tracked), status=Clip.Status.WITHDRAWN)
    return list(clips.order_by().values_list("storyteller", flat=True).distinct())


def due(*, at: datetime) -> list[int]:
    """Replies that are to be deleted now."""
    removing = Reply.objects.filter(status=Reply.Status.REMOVING, due_at__lte=at)
    return list(removing.order_by("due_at").values_list("pk", flat=True))


def remove(reply_id: int) -> None:
    """Delete this reply's post if that is to be done now: one call. Else do nothing.

    Safe to call at any time, any number of times, by any number of workers.
    """
    now = timezone.now()
    theirs = Reply.objects.filter(pk=reply_id, status=Reply.Status.REMOVING)
    if not theirs.filter(due_at__lte=now).update(due_at=now + LEASE):
        return
    reply = theirs.select_related("account").first()
    if reply is None:
        return
    _settle(reply_id, _delete(reply))


def _delete(reply: Reply) -> NetworkError | None:
    """The one call. None: the post is gone."""
    try:
        network: Network = registry.connect(reply.account)
    except NetworkError as error:
        return error
    try:
        network.delete_post(reply.external_id)
    except NetworkError as error:
        return error
    except Exception as error:
        log.exception("reply %s: the call broke; it is made again", reply.pk)
        return OutcomeUnknown(f"The call broke: {type(error).__name__}")
    finally:
        network.close()
    return None


def _settle(reply_id: int, result: NetworkError | None) -> None:
    with transaction.atomic():
        reply = changes.lock(reply_id)
        if reply.status != Reply.Status.REMOVING:
            return
        match result:
            case None | Rejected(kind=Refusal.GONE):
                _removed(reply)
            case Rejected():
                if result.kind.stops_account:
                    pausing.stop_account(reply.account, kind=result.kind, detail=result.detail)
                outcomes.problem(reply, kind=NOT_REMOVED, detail=result.detail)
            case RateLimited():
                _again(reply, at=max(result.retry_at, timezone.now() + timedelta(seconds=1)))
            case OutcomeUnknown() if reply.tries + 1 >= MOST_TRIES:
                outcomes.problem(reply, kind=NOT_REMOVED, detail=str(result))
            case _:
                reply.tries = min(reply.tries + 1, 1_000)
                _again(
                    reply,
                    at=timezone.now() + pacing.back_off(reply.tries, longest=LONGEST_BACK_OFF),
                )


def take_back(
    reply_id: int, *, reason: str, kind: str, under: Takedown | None, by: User | None
) -> bool:
    """Whatever the state of a reply that must not stand: one step away from the network.

    `kind` says why, if it is given up before it went out. False: there is nothing to take back.
    """
    with changes.locked(reply_id) as reply:
        reply.takedown = under or reply.takedown
        if reply.status == Reply.Status.POSTED:
            _start(reply, reason=reason, by=by)
        elif reply.status not in SCHEDULED:
            return False
        else:
            outcomes.give_up(reply, kind=kind, reason=reason, by=by)
    return True


def _start(reply: Reply, *, reason: str, by: User | None) -> None:
    before = reply.status
    reply.status = Reply.Status.REMOVING
    reply.due_at = timezone.now()
    reply.tries = 0
    reply.problem = reply.problem_detail = ""
    reply.save(
        update_fields=[
            "status", "problem", "problem_detail", "due_at", "tries", "takedown", "updated_at",
        ]
    )  # fmt: skip
    doorbells.ring(doorbells.REMOVE, reply.pk)
    changes.note("taken down", reply, before=before, reason=reason, by=by)


def _removed(reply: Reply) -> None:
    reply.status = Reply.Status.REMOVED
    reply.removed_at = timezone.now()
    reply.tries = 0
    reply.save(update_fields=["status", "removed_at", "tries", "updated_at"])
    if reply.clip is not None:
        network = {"network": reply.account.network, "id": reply.external_id}
        custody.record(reply.clip, custody.Kind.REMOVED, by=None, reply=reply.pk, **network)
    changes.note("removed", reply, before="removing", id=reply.external_id, by=None)


def _again(reply: Reply, *, at: datetime) -> None:
    reply.due_at = at
    reply.save(update_fields=["due_at", "tries", "updated_at"])
    doorbells.ring(doorbells.REMOVE, reply.pk, at=at)


def _stands(reply: Reply) -> bool:
    """Whether it is on the network and nobody is taking it down."""
    refused = reply.status == Reply.Status.PROBLEM and reply.problem == NOT_REMOVED
    return refused or reply.status == Reply.Status.POSTED


def _not_there(reply: Reply) -> str:
    return {
        Reply.Status.REMOVING: "It is being taken down already.",
        Reply.Status.REMOVED: "It was taken down already.",
        Reply.Status.UNKNOWN: "We cannot tell whether it is on X. Settle that first.",
        Reply.Status.PROBLEM: "We cannot tell whether it is on X. Settle that first.",
    }.get(Reply.Status(reply.status), "This reply is not posted.")
