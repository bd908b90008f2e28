"""Who asks too often. Kept in Redis under a salted hash, so that no address can be read there.

Without Redis nobody is limited: a petition that nobody can sign is worse than a late review.
"""

import hashlib
import hmac
import ipaddress
import logging
import secrets
import time
from typing import cast

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

#: Signatures from one network: in a burst (a minute) and sustained (an hour). Wide enough for an
#: office or a mobile network that shares one address.
BURST = (30, 60)
SUSTAINED = (300, 3_600)
DAY = 86_400
#: Seconds that a visitor may be kept waiting when Redis does not answer.
PATIENCE = 0.25

_salts: dict[int, bytes] = {}


_redis: Redis | None = None


def redis() -> Redis:
    """A connection that gives up at once: a visitor waits for it."""
    global _redis  # noqa: PLW0603  one pooled connection a process, made at first use
    if _redis is None:
        _redis = Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            retry=Retry(NoBackoff(), retries=1),
        )
    return _redis


def salt_of_today() -> bytes:
    """A random key that lives for the day in Redis, and is forgotten after it. Raises RedisError.

    With it gone, no hash made with it can be tried against a list of addresses.
    """
    day = int(time.time()) // DAY
    known = _salts.get(day)
    if known is None:
        name = f"petitions:salt:{day}"
        redis().set(name, secrets.token_hex(32), nx=True, ex=DAY)
        known = cast(bytes, redis().get(name))
        _salts.clear()
        _salts[day] = known
    return known


def disguise(*facts: str) -> str:
    """A hash of these facts that means nothing after today. Raises RedisError."""
    text = "\n".join(facts).encode()
    return hmac.new(salt_of_today(), text, hashlib.sha256).hexdigest()[:32]


def network_of(ip: str) -> str:
    """The part of an address that one subscriber has: an IPv4 address, or an IPv6 /56."""
    try:
        address = ipaddress.ip_address(ip.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 56), strict=False))
    return str(address)


def over_limit(ip: str) -> bool:
    """Count one signature from this network; True when it has had too many."""
    try:
        who = disguise("signs", network_of(ip))
        now = int(time.time())
        pipe = redis().pipeline(transaction=False)
        for _, seconds in (BURST, SUSTAINED):
            name = f"petitions:signs:{seconds}:{now // seconds}:{who}"
            pipe.incr(name)
            pipe.expire(name, seconds)
        counts = pipe.execute()
    except RedisError as error:
        log.warning("signatures are not limited: %s", error)
        return False
    return bool(counts[0] > BURST[0] or counts[2] > SUSTAINED[0])
