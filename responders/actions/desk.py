"""What an editor does with a mention before its reply is approved.

A claim is a lease in the database: five minutes, renewed while the tab is in use, one winner under
any concurrency. Every write here looks at the lease again under the mention's row lock. Locks are
taken in one order: the mention, then its reply.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from campaign import audit, live
from campaign.actions import opt_outs
from campaign.models import Mention, OptOut, User
from campaign.models.mentions import MentionQuerySet
from responders.actions import drafts
from responders.models import Reply
from responders.reasons import Reason

LEASE = timedelta(minutes=5)
#: How long a claim outlives the tab that held it.
CLOSING = timedelta(seconds=15)
SWEEP = 500
#: What a claim is made of, and what becomes of a mention that has left the queue.
CLAIM = ("status", "claimed_by", "claimed_at", "claimed_until")
HANDLED = ("reason", "handled_by", "handled_at")


class DeskError(Exception):
    """Something at the desk could not be done; the text is for the person who tried."""


class AlreadyClaimed(DeskError):
    """Somebody else has it."""

    def __init__(self, by: User | None) -> None:
        self.by = by
        super().__init__(f"{by.short_name if by else 'Somebody'} was first. Your draft is kept.")


class NotWaiting(DeskError):
    """It is answered, dismissed or gone: there is nothing to claim."""

    def __init__(self, mention: Mention) -> None:
        self.status = mention.status
        super().__init__(f"This one is no longer waiting: {mention.get_status_display().lower()}.")


class LeaseLost(DeskError):
    """The claim ended before this write. A draft's text was kept all the same."""

    def __init__(self, to: User | None) -> None:
        self.to = to
        who = f"{to.short_name} has it now" if to else "Your five minutes were over"
        super().__init__(f"{who}. Your draft is kept.")


class Gone(LeaseLost):
    """Its author deleted it on the network while somebody was at work on it."""

    def __init__(self) -> None:
        self.to = None
        said = "Its author deleted the tweet: nobody is left to answer. Your draft is kept."
        DeskError.__init__(self, said)


def claim(mention: Mention, *, by: User) -> Reply:
    """Take it for five minutes. Returns the person's draft, begun from a template if new.

    Raises AlreadyClaimed or NotWaiting. Claiming what one holds already renews it.
    """
    with transaction.atomic():
        now = timezone.now()
        free = Q(status=Mention.Status.WAITING)
        over = Q(status=Mention.Status.CLAIMED, claimed_until__lte=now)
        mine = Q(status=Mention.Status.CLAIMED, claimed_by=by)
        won = Mention.objects.filter(free | over | mine, pk=mention.pk).update(
            **_lease(by=by, at=now)
        )
        mention.refresh_from_db(fields=[*CLAIM, *HANDLED])
        if not won:
            raise _refusal(mention)
        return _claimed(mention, by=by)


def heartbeat(mention: Mention, *, by: User) -> datetime:
    """Renew the lease; returns its new end. Raises LeaseLost."""
    now = timezone.now()
    mine = Mention.objects.filter(
        pk=mention.pk, status=Mention.Status.CLAIMED, claimed_by=by, claimed_until__gt=now
    )
    if not mine.update(claimed_until=now + LEASE):
        mention.refresh_from_db()
        raise lost(mention, at=now)
    return now + LEASE


def release(mention: Mention, *, by: User) -> None:
    """Give it back to the queue; the draft is kept. Raises LeaseLost."""
    with transaction.atomic():
        mine = held(mention, by=by)
        _let_go(mine, status=Mention.Status.WAITING)
        audit.record("released", mine, by=by)
        _tell([mine], what="released", by=by)


def take_over(mention: Mention, *, by: User) -> Reply:
    """A senior takes what a colleague holds, with the colleague's draft. Raises NotWaiting."""
    if not by.has_perm("campaign.take_over_claims"):
        raise PermissionDenied("Only senior editors take over what somebody else holds.")
    with transaction.atomic():
        now = timezone.now()
        locked = Mention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
        if locked.status not in Mention.OPEN:
            raise NotWaiting(locked)
        before = locked.claimed_by_id
        _take(locked, by=by, at=now)
        reply = drafts.inherit(locked, of=before, by=by) or drafts.begin(locked, by=by)
        audit.record("took over", locked, before={"claimed_by": before}, by=by)
        _tell([locked], what="taken over", by=by)
        return reply


def dismiss(mention: Mention, *, reason: Reason, by: User) -> None:
    """It will not be answered. For what is free or one's own: AlreadyClaimed, NotWaiting."""
    with transaction.atomic():
        locked = _free_or_held(mention, by=by)
        _let_go(locked, status=Mention.Status.DISMISSED, reason=reason.value, by=by)
        audit.record("dismissed", locked, after={"reason": reason.value}, by=by)
        _tell([locked], what="dismissed", by=by)


def restore(mention: Mention, *, by: User) -> None:
    """Back into the queue, from the dismissed or the filtered. Raises NotWaiting."""
    with transaction.atomic():
        locked = Mention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
        if locked.status not in {Mention.Status.DISMISSED, Mention.Status.FILTERED}:
            raise NotWaiting(locked)
        if _opted_out(locked):
            raise DeskError("They asked to be left alone. We do not answer them.")
        before = {"status": locked.status, "reason": locked.reason}
        _let_go(locked, status=Mention.Status.WAITING)
        audit.record("restored", locked, before=before, by=by)
        _tell([locked], what="restored", by=by)


def trust(mention: Mention, *, by: User) -> None:
    """It is neither hostile nor off topic: out of the lane of doubt. Raises NotWaiting."""
    with transaction.atomic():
        locked = _free_or_held(mention, by=by)
        before = {"doubt": locked.doubt}
        locked.doubt = ""
        locked.trusted = True
        locked.save(update_fields=["doubt", "trusted"])
        audit.record("trusted", locked, before=before, by=by)
        _tell([locked], what="trusted", by=by)


def leaving(mention: Mention, *, by: User) -> None:
    """The tab that held it is closing: unless another one goes on, the claim ends in a moment.

    Not at once: a page that is merely loaded again beats before that. Does nothing to what is not
    held by `by`.
    """
    soon = timezone.now() + CLOSING
    with transaction.atomic():
        held = Mention.objects.filter(
            pk=mention.pk, status=Mention.Status.CLAIMED, claimed_by=by, claimed_until__gt=soon
        )
        if held.update(claimed_until=soon):
            _tell([mention], what="leaving", by=by)


def never_answer(mention: Mention, *, by: User) -> None:
    """Leave the author alone for good: this mention and all that they have anywhere."""
    with transaction.atomic():
        current = Mention.objects.get(pk=mention.pk)
        _check_free_or_held(current, by=by)
        opt_outs.leave_alone(current, by=by)


def claim_next(*offers: MentionQuerySet, by: User) -> Mention | None:
    """Claim the first of the OFFERS, lists of waiting mentions in order. None if all are empty.

    What a colleague is claiming at this very moment is passed over, not waited for: fifty editors
    who ask at once get fifty different tweets.
    """
    for waiting in offers:
        free = waiting.select_for_update(of=("self",), skip_locked=True)
        with transaction.atomic():
            mention = free.select_related(None).select_related("campaign").first()
            if mention is not None:
                _take(mention, by=by, at=timezone.now())
                _claimed(mention, by=by)
                return mention
    return None


def expire_leases() -> int:
    """Claims whose five minutes are over go back to the queue. Returns how many. For the clock."""
    with transaction.atomic():
        over = list(
            Mention.objects.lease_over(at=timezone.now())
            .order_by("id")
            .select_for_update(skip_locked=True, of=("self",))[:SWEEP]
        )
        for mention in over:
            before = {"claimed_by": mention.claimed_by_id}
            _let_go(mention, status=Mention.Status.WAITING)
            audit.record("lease ran out", mention, before=before, by=None)
        _tell(over, what="released", by=None)
    return len(over)


def _lease(*, by: User, at: datetime) -> dict[str, Any]:
    return {
        "status": Mention.Status.CLAIMED,
        "claimed_by": by,
        "claimed_at": at,
        "claimed_until": at + LEASE,
    }


def _take(locked: Mention, *, by: User, at: datetime) -> None:
    for name, value in _lease(by=by, at=at).items():
        setattr(locked, name, value)
    locked.save(update_fields=CLAIM)


def _claimed(mention: Mention, *, by: User) -> Reply:
    """What follows when the claim is won: the draft, and word of it."""
    reply = drafts.begin(mention, by=by)
    audit.record("claimed", mention, by=by)
    _tell([mention], what="claimed", by=by)
    return reply


def _opted_out(mention: Mention) -> bool:
    return OptOut.objects.filter(network=mention.network, author_id=mention.author_id).exists()


def is_held(mention: Mention, *, by: User, at: datetime) -> bool:
    return (
        mention.status == Mention.Status.CLAIMED
        and mention.claimed_by_id == by.pk
        and mention.claimed_until is not None
        and mention.claimed_until > at
    )


def holder(mention: Mention, *, at: datetime) -> User | None:
    """Who holds it now; None if nobody does."""
    until = mention.claimed_until
    return mention.claimed_by if until is not None and until > at else None


def held(mention: Mention, *, by: User) -> Mention:
    """The mention under its lock, if the lease is `by`'s. Raises LeaseLost."""
    now = timezone.now()
    locked = Mention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
    if not is_held(locked, by=by, at=now):
        raise lost(locked, at=now)
    return locked


def lost(mention: Mention, *, at: datetime) -> LeaseLost:
    """Why it is not this person's any more."""
    if mention.status == Mention.Status.GONE:
        return Gone()
    return LeaseLost(holder(mention, at=at))


def _free_or_held(mention: Mention, *, by: User) -> Mention:
    """The mention under its lock, if nobody else holds it."""
    locked = Mention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
    _check_free_or_held(locked, by=by)
    return locked


def _check_free_or_held(mention: Mention, *, by: User) -> None:
    has_it = holder(mention, at=timezone.now())
    if mention.status not in Mention.OPEN or (has_it is not None and has_it != by):
        raise _refusal(mention)


def _refusal(mention: Mention) -> DeskError:
    if mention.status == Mention.Status.CLAIMED:
        return AlreadyClaimed(mention.claimed_by)
    return NotWaiting(mention)


def _let_go(
    mention: Mention, *, status: Mention.Status, reason: str = "", by: User | None = None
) -> None:
    mention.status = status
    mention.reason = reason
    mention.claimed_by = None
    mention.claimed_at = None
    mention.claimed_until = None
    mention.handled_by = by
    mention.handled_at = timezone.now() if by else None
    mention.save(update_fields=[*CLAIM, *HANDLED])


def _tell(mentions: Iterable[Mention], *, what: str, by: User | None) -> None:
    campaigns: dict[int, list[int]] = {}
    for mention in mentions:
        campaigns.setdefault(mention.campaign_id, []).append(mention.pk)
    for campaign, ids in campaigns.items():
        live.announce("mention", campaign=campaign, ids=ids, what=what, by=by.pk if by else None)
