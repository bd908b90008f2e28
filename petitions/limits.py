"""Who asks too often. Kept in Redis under a salted hash, so that no address can be read there.

Without Redis nobody is limited: a petition that nobody can sign is worse than a late review.
"""

import hashlib
import hmac
import ipaddress
import logging
import secrets
import time
from enum import IntEnum
from functools import cache
from typing import cast

from django.conf import settings
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.commands.core import Script
from redis.retry import Retry

log = logging.getLogger(__name__)


class Rate(IntEnum):
    """How fast signatures come from where this one came from."""

    CALM = 0
    BUSY = 1  # may be a crowd, may be a program: one more step tells
    OVER = 2  # kept apart, silently, for review


#: Signatures from one network in a burst (a minute) and sustained (an hour): seconds, then the
#: most that are calm, then the most that count. Wide enough for an office or a mobile network
#: that shares one address.
BURST = (60, 12, 30)
SUSTAINED = (3_600, 120, 300)
#: The same for all networks of one neighbourhood (an IPv4 /24, an IPv6 /40) together.
WIDE = 5
DAY = 86_400
#: Seconds that a visitor may be kept waiting when Redis does not answer.
PATIENCE = 0.25

_salts: dict[int, bytes] = {}
# One call for all counters: this one stands in the way of everybody who signs.
_COUNT = """
local counts = {}
for place, name in ipairs(KEYS) do
    counts[place] = redis.call('INCR', name)
    if counts[place] == 1 then redis.call('EXPIRE', name, ARGV[place]) end
end
return counts
"""


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


def neighbourhood_of(network: str) -> str:
    """The wider part of an address, which one company or one hall of machines has."""
    if network == "unknown":
        return network
    address = ipaddress.ip_address(network.partition("/")[0])
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 40), strict=False))


def rate(network: str) -> Rate:
    """Count one signature from this `network_of`; how many it has had of late."""
    now = int(time.time())
    counters: dict[str, int] = {}
    allowed: list[tuple[int, int]] = []
    try:
        for scope, times in ((network, 1), (neighbourhood_of(network), WIDE)):
            who = disguise("signs", scope)
            for seconds, calm, most in (BURST, SUSTAINED):
                counters[f"petitions:signs:{seconds}:{now // seconds}:{who}"] = seconds
                allowed.append((calm * times, most * times))
        counts = _count(counters)
    except RedisError as error:
        log.warning("signatures are not limited: %s", error)
        return Rate.CALM
    return max(
        Rate.OVER if count > most else Rate.BUSY if count > calm else Rate.CALM
        for count, (calm, most) in zip(counts, allowed, strict=True)
    )


def _count(counters: dict[str, int]) -> list[int]:
    """One more on each of these, which live for so many seconds. Raises RedisError."""
    found = _counter()(keys=list(counters), args=list(counters.values()), client=redis())
    return cast(list[int], found)


@cache
def _counter() -> Script:
    return redis().register_script(_COUNT)


def first_time(name: str, *, seconds: int) -> bool:
    """Whether this has not been seen within that time. Without Redis everything is new."""
    try:
        return bool(redis().set(f"petitions:once:{name}", 1, nx=True, ex=seconds))
    except RedisError as error:
        log.warning("repetitions are not told apart: %s", error)
        return True
