"""Who is at the desk now, for the row of initials. Kept in Redis alone: nothing depends on it."""

import logging
import time

from redis import RedisError

from campaign import live
from campaign.models import Campaign, User

log = logging.getLogger(__name__)

STAYS = 180
SHOWN = 6


def _key(campaign: Campaign) -> str:
    return f"here:{campaign.pk}"


def seen(campaign: Campaign, *, by: User) -> None:
    """This person opened the desk or went on working there."""
    try:
        pipe = live.connection().pipeline(transaction=False)
        pipe.zadd(_key(campaign), {f"{by.pk}:{by.short_name}": time.time()})
        pipe.zremrangebyscore(_key(campaign), 0, time.time() - STAYS)
        pipe.expire(_key(campaign), STAYS)
        pipe.execute()
    except RedisError as error:
        log.warning("presence not noted: %s", error)


def here(campaign: Campaign) -> list[tuple[int, str]]:
    """Who was seen in the last three minutes, latest first: id and name."""
    try:
        found = live.connection().zrevrangebyscore(
            _key(campaign), "+inf", time.time() - STAYS, start=0, num=SHOWN
        )
    except RedisError:
        return []
    people = [entry.decode().partition(":") for entry in found if isinstance(entry, bytes)]
    return [(int(pk), name) for pk, _, name in people]
