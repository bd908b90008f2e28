"""Where a request comes from, as the web server tells it.

Behind a proxy uvicorn takes the visitor's address out of `X-Forwarded-For`, if it trusts the proxy
(`FORWARDED_ALLOW_IPS`). One that it does not trust makes all visitors one: the limits on signing
then hold back a whole crowd, so this is noticed, logged, and told by `manage.py doctor`.
"""

import ipaddress
import logging
import time

from django.core.cache import cache
from django.http import HttpRequest
from redis import RedisError

log = logging.getLogger(__name__)

PROXY = "visitors:proxy-not-trusted"
DAY = 86_400
#: Seconds between two warnings of one process.
QUIET = 60.0
_told_at = -QUIET


def address(request: HttpRequest) -> str:
    """The visitor's IP address; empty where there is none, as on a socket."""
    came_from = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and came_from not in forwarded and _is_near(came_from):
        _tell(came_from)
    return came_from


def proxy_not_trusted() -> str:
    """The address of a proxy that was met within a day and hides its visitors; mostly empty."""
    return str(cache.get(PROXY, ""))


def _is_near(came_from: str) -> bool:
    """Within our own walls; from elsewhere anybody may send any header."""
    try:
        return ipaddress.ip_address(came_from).is_private
    except ValueError:
        return False


def _tell(proxy: str) -> None:
    global _told_at  # noqa: PLW0603  each visitor would say the same
    now = time.monotonic()
    if now - _told_at < QUIET:
        return
    _told_at = now
    log.warning("all visitors count as %s: FORWARDED_ALLOW_IPS does not name that proxy", proxy)
    try:
        cache.set(PROXY, proxy, DAY)
    except RedisError as error:
        log.warning("the doctor will not hear of that proxy: %s", error)
