"""Whether what we posted still stands: X may delete it, and so may a person by hand.

Asked of the network a hundred at a time. A reply that is missed twice, some time apart, is off:
once could be a machine of X's that lags behind.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from campaign.models import Account
from campaign.networks import registry
from campaign.networks.base import NetworkError
from responders.actions import changes
from responders.models import Reply

log = logging.getLogger(__name__)

#: A reply is looked at first after the shorter time, later after the longer.
FIRST, EVERY = timedelta(minutes=10), timedelta(hours=6)
SECOND_LOOK = timedelta(minutes=2)
#: What is older is left alone: nobody reads it, and each look costs money.
LOOKED_AFTER = timedelta(days=30)
BATCH = 100
#: Why a reply is off that we did not take down.
DELETED = "deleted_there"


def due_accounts() -> list[int]:
    accounts = Account.objects.active().values_list("pk", flat=True)
    return [pk for pk in accounts if due(pk, at=timezone.now()).exists()]


def due(account_id: int, *, at: datetime) -> QuerySet[Reply]:
    """Posted replies at which it is time to look."""
    first = Q(seen_at=None, missing_at=None, posted_at__lte=at - FIRST)
    again = Q(missing_at=None, seen_at__lte=at - EVERY)
    missed = Q(missing_at__lte=at - SECOND_LOOK)
    theirs = Reply.objects.posted().filter(account=account_id, posted_at__gt=at - LOOKED_AFTER)
    return theirs.filter(first | again | missed)


def look(account_id: int) -> int:
    """Look once at a batch. Returns how many turned out to be off."""
    account = Account.objects.active().filter(pk=account_id).first()
    batch = list(due(account_id, at=timezone.now()).order_by("posted_at")[:BATCH])
    if account is None or not batch:
        return 0
    network = registry.connect(account)
    try:
        gone = network.gone([reply.external_id for reply in batch])
    except NetworkError as error:
        log.warning("what %s posted is looked at later: %s", account, error)
        return 0
    finally:
        network.close()
    return sum(_note(reply, is_gone=reply.external_id in gone) for reply in batch)


def _note(reply: Reply, *, is_gone: bool) -> bool:
    now = timezone.now()
    posted = Reply.objects.posted().filter(pk=reply.pk)
    if not is_gone:
        posted.update(seen_at=now, missing_at=None)
        return False
    if reply.missing_at is None:
        posted.update(missing_at=now)
        return False
    with changes.locked(reply.pk) as found:
        if found.status != Reply.Status.POSTED:
            return False
        found.status = Reply.Status.REMOVED
        found.problem = DELETED
        found.removed_at = found.missing_at
        found.save(update_fields=["status", "problem", "removed_at", "updated_at"])
        changes.note("found deleted", found, before="posted", id=found.external_id, by=None)
    return True
