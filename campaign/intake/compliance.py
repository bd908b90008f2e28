"""What X deletes is deleted here within a day: stored posts are looked after, a hundred at a time.

A post that its author deleted, or that may not be shown any more, loses its words and its author's
description here. The row stays, with its id and handle: what we answered, and who wants to be left
alone, must stay true. (Source: X's developer agreement, 24 hours.)
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import django_rq
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from redis import RedisError
from rq.queue import Queue

from campaign import audit, live
from campaign.models import Account, Mention
from campaign.networks import registry
from campaign.networks.base import Network, NetworkError, Rejected

log = logging.getLogger(__name__)

#: Looked at again after this time, so that nothing is shown for a day after it is gone.
EVERY = timedelta(hours=20)
BATCH = 100
JOB = "campaign.intake.compliance.look_after"
QUEUE = "uploads"  # not `posting`: nobody may wait for this
QUIET_SECONDS = 60
WORDS = "[Deleted on the network by its author]"

#: What nobody works on any more keeps its state; the rest is gone.
_SETTLED = (Mention.Status.ANSWERED, Mention.Status.DISMISSED, Mention.Status.FILTERED)


def sweep() -> int:
    """Ring for each account that has posts to look after."""
    now = timezone.now()
    accounts = [one.pk for one in Account.objects.active() if due(one.pk, at=now).exists()]
    for account in accounts:
        _ring(account)
    return len(accounts)


def due(account_id: int, *, at: datetime) -> QuerySet[Mention]:
    unseen = Q(seen_at=None, received_at__lte=at - EVERY)
    theirs = Mention.objects.filter(account=account_id, erased_at=None)
    return theirs.filter(unseen | Q(seen_at__lte=at - EVERY))


def look_after(account_id: int) -> int:
    """Ask the network about stored posts until none is due. Returns how many were erased."""
    account = Account.objects.active().filter(pk=account_id).first()
    if account is None:
        return 0
    erased = 0
    network = registry.connect(account)
    try:
        while batch := list(due(account_id, at=timezone.now()).order_by("seen_at", "pk")[:BATCH]):
            gone = _gone(network, [mention.external_id for mention in batch])
            kept = [mention.pk for mention in batch if mention.external_id not in gone]
            Mention.objects.filter(pk__in=kept).update(seen_at=timezone.now())
            erased += sum(erase(one) for one in batch if one.external_id in gone)
    except NetworkError as error:
        log.warning("stored posts of %s are looked after later: %s", account, error)
    finally:
        network.close()
    return erased


def _gone(network: Network, ids: Sequence[str]) -> frozenset[str]:
    """What of these is deleted. One id that the network refuses does not hide what it says of the
    others: the batch is halved until that id stands alone, and it is asked for again tomorrow."""
    try:
        return network.gone(ids)
    except Rejected as refusal:
        if refusal.kind.stops_account:
            raise
        if len(ids) == 1:
            log.warning("the network refuses to say whether %s is deleted: %s", ids[0], refusal)
            return frozenset()
    middle = len(ids) // 2
    return _gone(network, ids[:middle]) | _gone(network, ids[middle:])


def erase(mention: Mention) -> bool:
    """It is gone on the network, so its words go here too. False if they had gone before."""
    with transaction.atomic():
        found = Mention.objects.select_for_update(no_key=True, of=("self",)).get(pk=mention.pk)
        if found.erased_at is not None:
            return False
        before = found.status
        found.erased_at = timezone.now()
        found.text = WORDS
        found.raw = {}
        found.author_name = found.author_avatar = found.author_bio = found.author_location = ""
        if found.status not in _SETTLED:
            found.status = Mention.Status.GONE
            found.claimed_until = None
        found.save()
        after = {"status": found.status}
        audit.record("erased", found, before={"status": before}, after=after, by=None)
        live.announce("mention", campaign=found.campaign_id, ids=[found.pk], what="gone")
    return True


def _ring(account_id: int) -> None:
    try:
        redis = live.connection()
        if not redis.set(f"bell:{JOB}:{account_id}", 1, nx=True, ex=QUIET_SECONDS):
            return
        queue: Queue = django_rq.get_queue(
            QUEUE, connection=redis, commit_mode="auto", autocommit=None
        )
        queue.enqueue(JOB, account_id, result_ttl=0, failure_ttl=86_400)
    except RedisError as error:
        log.warning("stored posts of account %s wait for the next sweep: %s", account_id, error)
