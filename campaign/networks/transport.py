"""Requests that are sent at most once, and that know whether anything left this machine.

Guessing from the exception is not enough: an `SSLError` can come from the handshake (nothing left)
or from the middle of an answer (the post may exist). So the connection itself notes the moment the
first byte of a request is handed to a socket that is open and, under TLS, trusted.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

BODY_LIMIT = 8 * 1024 * 1024
IDLE_LIMIT = 4.0

_flight = threading.local()


class NothingLeft(Exception):
    """The request failed before its first byte was sent."""


class MayHaveLeft(Exception):
    """The request failed after its first byte may have been sent."""


class _WatchedConnection(HTTPConnection):
    """Notes the first byte of a request, not those that make the connection."""

    _connecting = False

    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if not self._connecting:  # what a proxy's tunnel needs does not count
            _flight.left = True
        super().send(data)


class _WatchedTLSConnection(_WatchedConnection, HTTPSConnection):
    """The same, with the handshake before the first byte."""


class _WatchedPool(HTTPConnectionPool):
    ConnectionCls = _WatchedConnection


class _WatchedTLSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLSConnection


class OnceAdapter(HTTPAdapter):
    """Never repeats anything: no retries, and pools whose connections are watched."""

    def __init__(self) -> None:
        super().__init__(max_retries=0, pool_connections=4, pool_maxsize=4)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        _watch(manager)
        return manager


def _watch(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _WatchedPool, "https": _WatchedTLSPool}


@dataclass(frozen=True, slots=True)
class RawAnswer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def equip(session: requests.Session) -> OnceAdapter:
    """Make a session send each request once; returns the adapter that it will use."""
    adapter = OnceAdapter()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return adapter


class Line:
    """One session, used by one thread at a time."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session
        self._adapter = equip(session)
        self._used_at = time.monotonic()

    def send(self, verb: str, url: str, *, timeout: tuple[float, float], **what: Any) -> RawAnswer:
        """One request, one answer, redirects not followed.

        `timeout` is (connect, read) in seconds; the whole answer has to be there within twice the
        second. Raises `NothingLeft` or `MayHaveLeft`.
        """
        self._forget_idle()
        _flight.left = False
        deadline = time.monotonic() + 2 * timeout[1]
        try:
            with self._session.request(
                verb, url, timeout=timeout, allow_redirects=False, stream=True, **what
            ) as response:
                body = _body(response, late=lambda: time.monotonic() > deadline)
                return RawAnswer(response.status_code, response.headers, body)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            problem = MayHaveLeft if _flight.left else NothingLeft
            raise problem(f"{type(error).__name__}: {error}") from error
        finally:
            self._used_at = time.monotonic()

    def _forget_idle(self) -> None:
        """A connection that idled may be dead already, and a send into it ends in doubt."""
        if time.monotonic() - self._used_at > IDLE_LIMIT:
            self._adapter.poolmanager.clear()

    def close(self) -> None:
        self._session.close()


def _body(response: requests.Response, *, late: Callable[[], bool]) -> bytes:
    parts = []
    size = 0
    for part in response.iter_content(64 * 1024):
        parts.append(part)
        size += len(part)
        if size > BODY_LIMIT:
            raise requests.exceptions.ContentDecodingError("the answer is too large")
        if late():
            raise requests.exceptions.ReadTimeout("the answer took too long")
    return b"".join(parts)
