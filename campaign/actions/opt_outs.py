"""Somebody asks to be left alone: from then on nobody of ours answers them, for good.

On every account of the network and in every campaign. The wish is a row, written at once; then
what of theirs waits is dismissed, and the desk gives up the replies that wait: it is told by a job,
and finds them by itself too. What is just about to leave stops at the last check.
"""

import logging
from typing import Any

import django_rq
from django.db import transaction
from django.utils import timezone
from redis import RedisError
from rq.queue import Queue

from campaign import audit, live
from campaign.models import Mention, OptOut, User

log = logging.getLogger(__name__)

#: By name, because the ground floor knows nothing of the desk.
FOLLOW = "responders.jobs.follow_opt_out"
QUEUE = "posting"
#: What a dismissed mention says of it.
REASON = "opted_out"
MOST = 200

_NOT_BEGUN = (Mention.Status.WAITING, Mention.Status.CLAIMED, Mention.Status.BRIEFED)


def leave_alone(mention: Mention, *, by: User) -> None:
    """A person here notes that the mention's author wants no answers.

    When it has returned, no further post to them begins. Idempotent.
    """
    wish = OptOut(channel=OptOut.Channel.BUTTON, created_by=by, **of_author(mention))
    OptOut.objects.bulk_create([wish], ignore_conflicts=True)
    known = OptOut.objects.get(network=mention.network, author_id=mention.author_id)
    carry_out(known, by=by)


def of_author(mention: Mention) -> dict[str, Any]:
    return {
        "network": mention.network,
        "author_id": mention.author_id,
        "author_handle": mention.author_handle,
        "reason": OptOut.Reason.ASKED,
        "mention": mention,
    }


def carry_out(wish: OptOut, *, by: User | None) -> int:
    """Dismiss whatever of theirs waits. Returns how many mentions that were. Safe to repeat."""
    with transaction.atomic():
        theirs = _lock_all_of(wish)
        waiting = [mention for mention in theirs if mention.status in _NOT_BEGUN]
        _dismiss(waiting, by=by)
        first = OptOut.objects.filter(pk=wish.pk, carried_out_at=None)
        if first.update(carried_out_at=timezone.now()) or waiting:
            facts = {"channel": wish.channel, "words": wish.words, "mentions": len(waiting)}
            audit.record("opted out", wish.mention or wish, after=facts, by=by)
        _tell(waiting)
        transaction.on_commit(lambda: _ring(wish.pk))
    return len(waiting)


def sweep() -> int:
    """Wishes that a crash kept from being carried out."""
    left = OptOut.objects.filter(carried_out_at=None).select_related("mention")
    return sum(carry_out(wish, by=None) + 1 for wish in left[:MOST])


def _lock_all_of(wish: OptOut) -> list[Mention]:
    """Their open mentions. Whoever is about to answer one of them waits, or was first."""
    open_ones = Mention.objects.filter(
        network=wish.network,
        author_id=wish.author_id,
        status__in=[*_NOT_BEGUN, Mention.Status.ANSWERING],
    )
    return list(open_ones.order_by("pk").select_for_update(no_key=True, of=("self",)))


def _dismiss(mentions: list[Mention], *, by: User | None) -> None:
    Mention.objects.filter(pk__in=[mention.pk for mention in mentions]).update(
        status=Mention.Status.DISMISSED,
        reason=REASON,
        claimed_by=None,
        claimed_at=None,
        claimed_until=None,
        handled_by=by,
        handled_at=timezone.now(),
    )


def _tell(mentions: list[Mention]) -> None:
    campaigns: dict[int, list[int]] = {}
    for mention in mentions:
        campaigns.setdefault(mention.campaign_id, []).append(mention.pk)
    for campaign, ids in campaigns.items():
        live.announce("mention", campaign=campaign, ids=ids, what="dismissed")


def _ring(wish_id: int) -> None:
    """Have the desk give up what waits for them. Without Redis its sweep finds it."""
    try:
        queue: Queue = django_rq.get_queue(
            QUEUE, connection=live.connection(), commit_mode="auto", autocommit=None
        )
        queue.enqueue(FOLLOW, wish_id, result_ttl=0, failure_ttl=86_400)
    except RedisError as error:
        log.warning("opt-out %s waits for the sweep: %s", wish_id, error)
