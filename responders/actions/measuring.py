"""Asking networks how far our replies went: a hundred in one request, at growing intervals.

Reading posts costs money, so each account spends at most a tenth of its day's budget on it.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from redis import RedisError

from campaign import live
from campaign.models import Account
from campaign.networks import registry
from campaign.networks.base import NetworkError, Reach
from petitions.actions import links
from responders import prices
from responders.models import Reply

log = logging.getLogger(__name__)

BATCH = 100
#: How old a reply is when its network is asked about it. After the last time nobody asks again.
AGES = tuple(timedelta(hours=hours) for hours in (0.25, 1, 3, 8, 24, 72, 168))
#: The part of a day's budget that may go to reading, in percent.
SHARE = 10
DAY = 86_400


def due(*, at: datetime) -> QuerySet[Reply]:
    """Posted replies that reached another of `AGES` since they were last asked about."""
    reached = Q()
    for age in AGES:
        never = Q(link__measured_at=None) | Q(link__measured_at__lt=F("posted_at") + age)
        reached |= Q(posted_at__lte=at - age) & never
    oldest = at - AGES[-1] - timedelta(days=1)
    known = Reply.objects.posted().filter(link__isnull=False, posted_at__gt=oldest)
    return known.exclude(external_id="").filter(reached)


def due_accounts() -> list[int]:
    active = due(at=timezone.now()).filter(account__status=Account.Status.ACTIVE)
    return list(active.order_by("account").values_list("account", flat=True).distinct())


def measure(account_id: int) -> int:
    """Ask about one batch, the newest first, and keep what is said. Returns how many were asked.

    A network that does not answer is asked again at the next sweep; what was known stays.
    """
    account = Account.objects.get(pk=account_id)
    now = timezone.now()
    asked = list(
        due(at=now)
        .filter(account=account)
        .order_by("-posted_at")
        .values_list("external_id", "link_id")[:BATCH]
    )
    asked = asked[: _spend(account, len(asked))]
    if not asked:
        return 0
    said = _ask(account, [post_id for post_id, _ in asked])
    if said is None:
        return 0
    for post_id, link_id in asked:
        told = said.get(post_id, Reach(post_id))
        if link_id is not None:
            links.measure(link_id, views=told.views, shares=told.shares, at=now)
    live.announce("counts", campaign=account.campaign_id)
    return len(asked)


def _ask(account: Account, post_ids: list[str]) -> dict[str, Reach] | None:
    """By the posts' ids; None when the network did not answer."""
    network = None
    try:
        network = registry.connect(account)
        return {one.post_id: one for one in network.reach(post_ids)}
    except NetworkError as error:
        log.warning("the reach of %s's posts stays as it was: %s", account, error)
        return None
    finally:
        if network is not None:
            network.close()


def _spend(account: Account, wanted: int) -> int:
    """How many of these may still be read today; they are counted as read from now on.

    Without Redis nobody knows what was spent, and nothing is read.
    """
    most = int(account.daily_budget_cents * SHARE / 100 / prices.of(account.network).read)
    key = f"read:{account.pk}:{timezone.localdate()}"
    try:
        pipe = live.connection().pipeline()
        pipe.incrby(key, wanted)
        pipe.expire(key, 2 * DAY)
        spent, _ = pipe.execute()
    except RedisError as error:
        log.warning("the reach of posts is not asked for: %s", error)
        return 0
    return max(0, min(wanted, most - (int(spent) - wanted)))
