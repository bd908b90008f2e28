"""How often one address may try something: kept in Redis, forgotten after its time."""

import logging

from django.http import HttpRequest
from redis import RedisError

from campaign import live, visitors
from campaign.encryption import fingerprint

log = logging.getLogger(__name__)


def allow(what: str, request: HttpRequest, *, most: int, seconds: int) -> bool:
    """Whether this address has tried this fewer than `most` times in `seconds`.

    Without Redis everybody may: somebody who takes their consent back is never turned away.
    """
    who = fingerprint(visitors.address(request), purpose=f"limit {what}")
    key = f"limit:{what}:{who[:24]}"
    try:
        redis = live.connection()
        count = int(redis.incr(key))
        if count == 1:
            redis.expire(key, seconds)
    except RedisError as error:
        log.warning("no limit for %s: %s", what, error)
        return True
    return count <= most
