"""News for open pages: `live.announce("mention", campaign=…, ids=[…])`.

News says only that something changed; pages fetch what they may see. It travels through one Redis
stream, so a page that was cut off asks for what came after the last id it saw. News that cannot be
delivered is dropped with a log line: the database is the truth, and pages catch up on reload.
"""

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import transaction
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from campaign.models import Campaign

log = logging.getLogger(__name__)

Fields = dict[Any, Any]  # as redis types the fields of an entry

STREAM = "live"
#: The event that ends the open pages of the people whose ids it carries.
LEFT = "left"
KEPT = 5_000

_redis: Redis | None = None


def connection() -> Redis:
    global _redis  # noqa: PLW0603  one pooled connection a process, made at first use
    if _redis is None:
        _redis = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=2,
            socket_connect_timeout=2,
            # redis-py's own three tries with pauses would hold up every page while Redis is away.
            retry=Retry(NoBackoff(), 1),
        )
    return _redis


def announce(
    kind: str,
    *,
    campaign: Campaign | int,
    ids: Iterable[int | str] = (),
    place: int | None = None,
    **facts: Any,
) -> None:
    """Tell open pages once the transaction has committed (at once outside of one).

    `kind` is the event's name (`mention`, `reply`, `clip`, `pause`, `counts`). Newsroom pages of
    the campaign hear it; with `place`, so do the crew of that place. `facts` are small and hold no
    personal data: anybody of the campaign may read them.
    """
    message: Fields = {
        "kind": kind,
        "campaign": campaign if isinstance(campaign, int) else campaign.pk,
        "place": place or 0,
        "data": json.dumps({"ids": [str(one) for one in ids], **facts}),
    }
    transaction.on_commit(lambda: _publish(message))


def position() -> str:
    """The id of the newest news, for a page that wants to hear all that comes after it was made."""
    try:
        newest: Any = connection().xrevrange(STREAM, count=1)
    except RedisError:
        return ""
    return newest[0][0].decode() if newest else "0-0"


def _publish(message: Fields) -> None:
    try:
        connection().xadd(STREAM, message, maxlen=KEPT, approximate=True)
    except RedisError as error:
        log.warning("news of %s not delivered: %s", message["kind"], error)
