"""Requests to addresses that people typed in. They never reach into our own network.

The name is resolved once, every address that it has must be public, and the connection goes to
exactly that address: a second look-up could answer something else. Redirects are not followed.
"""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings

TIMEOUT = urllib3.Timeout(connect=5, read=10)
MOST_BYTES = 5 * 1024 * 1024


class Refused(Exception):
    """We do not ask there; the text says why, for the person who typed the address."""


class Unreachable(Exception):
    """Nobody answered, or not in time; the text says what happened."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


def check(url: str) -> None:
    """Raises `Refused` when we would not ask this address."""
    parts = _parts(url)
    _resolve(parts)


def fetch(
    url: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Answer:
    """The answer, whatever its status, up to 5 MB. Raises `Refused` and `Unreachable`."""
    parts = _parts(url)
    address = _resolve(parts)
    path = parts.path or "/"
    try:
        with _pool(parts, address) as pool:
            response = pool.urlopen(
                method,
                f"{path}?{parts.query}" if parts.query else path,
                body=body or None,
                headers={"Host": parts.netloc, "User-Agent": "campaign-newsroom"}
                | dict(headers or {}),
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=True,
            )
            content = response.read(MOST_BYTES + 1)
            response.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise Unreachable(_short(error)) from error
    if len(content) > MOST_BYTES:
        raise Unreachable("The answer is larger than 5 MB.")
    return Answer(response.status, content)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("This is not an address.") from None
    if not parts.hostname or parts.username or parts.password or port == 0:
        raise Refused("Write an address such as https://example.org/hook, without a password.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_trusted(parts)):
        raise Refused("Only https:// addresses are asked.")
    return parts


def _is_trusted(parts: SplitResult) -> bool:
    return (parts.hostname or "") in settings.OUTGOING_TRUSTED_HOSTS


def _resolve(parts: SplitResult) -> str:
    """The one address that is asked. Every address of the name must be public."""
    host = parts.hostname or ""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused(f"There is no host {host}.") from None
    addresses = [str(one[4][0]) for one in found]
    if not _is_trusted(parts):
        for address in addresses:
            if not _is_public(address):
                raise Refused(f"{host} is within our own network; that is not asked.")
    return addresses[0]


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return inner.is_global
    return ip.is_global and not ip.is_multicast


def _pool(parts: SplitResult, address: str) -> Any:
    host = parts.hostname or ""
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, parts.port or 80, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        address, parts.port or 443, timeout=TIMEOUT, server_hostname=host, assert_hostname=host
    )


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
