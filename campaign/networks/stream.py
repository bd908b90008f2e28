"""X's filtered stream: one long answer of JSON lines, kept open for ever.

Waiting after a failure follows X's rules (docs, "Handling disconnections"): network trouble grows
by 250 ms up to 16 s, HTTP errors double from 5 s to 320 s, 429 doubles from a minute. A blank line
comes every 20 s; when none came, the line is dead however healthy the socket looks.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from campaign.networks import x_payload
from campaign.networks.base import Arrived, Connected, Heartbeat, Lost, Skipped, StreamEvent
from campaign.networks.x_answers import retry_at

log = logging.getLogger(__name__)

LINE_LIMIT = x_payload.LINE_LIMIT
READ = 64 * 1024
CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 25.0
HTTP_FIRST, HTTP_MOST = 5.0, 320.0
LIMITED_FIRST, LIMITED_MOST = 60.0, 900.0


@dataclass(slots=True)
class Backoff:
    """How long to wait before the next try. Three kinds of trouble grow apart from each other."""

    network: float = 0.0
    http: float = 0.0
    limited: float = 0.0

    def after_network(self) -> float:
        self.network = min(self.network + 0.25, 16.0)
        return self.network

    def after_http(self) -> float:
        self.http = min(self.http * 2 or HTTP_FIRST, HTTP_MOST)
        return self.http

    def after_limit(self) -> float:
        self.limited = min(self.limited * 2 or LIMITED_FIRST, LIMITED_MOST)
        return self.limited

    def forget(self) -> None:
        self.network = self.http = self.limited = 0.0


@dataclass(slots=True)
class Lines:
    """Bytes in, lines out; of a line past the limit nothing is kept but that there was one."""

    limit: int = LINE_LIMIT
    _rest: bytearray = field(default_factory=bytearray)
    _skipping: bool = False

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Whole lines without their ends; None stands for one that was too long."""
        *whole, rest = data.split(b"\n")
        for part in whole:
            yield self._end(part)
        self._keep(rest)

    def _end(self, part: bytes) -> bytes | None:
        too_long = self._skipping or len(self._rest) + len(part) > self.limit
        line = b"" if too_long else bytes(self._rest) + part
        self._rest.clear()
        self._skipping = False
        return None if too_long else line.strip()

    def _keep(self, part: bytes) -> None:
        if self._skipping or len(self._rest) + len(part) > self.limit:
            self._rest.clear()
            self._skipping = True
        else:
            self._rest += part


class _Broken(Exception):
    """The stream ended or did not begin; come back after `wait` seconds."""

    def __init__(self, reason: str, *, wait: float, crowded: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.crowded = crowded


@dataclass(slots=True)
class XStream:
    """The stream of one app. `free_connections` ends stuck connections that X still counts."""

    url: str
    params: Mapping[str, str]
    auth: AuthBase
    free_connections: Callable[[], None]
    read_timeout: float = field(default_factory=lambda: READ_TIMEOUT)
    backoff: Backoff = field(default_factory=Backoff)

    def events(self, *, stop: Event) -> Iterator[StreamEvent]:
        while not stop.is_set():
            try:
                yield from self._connection(stop)
            except _Broken as broken:
                if stop.is_set():
                    return
                if broken.crowded:
                    self.free_connections()
                yield Lost(broken.reason, broken.wait)
                stop.wait(broken.wait)

    def _connection(self, stop: Event) -> Iterator[StreamEvent]:
        with requests.Session() as session:
            session.mount("https://", HTTPAdapter(max_retries=0))
            session.mount("http://", HTTPAdapter(max_retries=0))
            with self._open(session) as response, _ended_by(stop, response):
                self._check(response)
                yield Connected()
                yield from self._read(response)

    def _open(self, session: requests.Session) -> requests.Response:
        try:
            return session.get(
                self.url,
                params=self.params,
                auth=self.auth,
                headers={"Accept-Encoding": "identity"},
                timeout=(CONNECT_TIMEOUT, self.read_timeout),
                stream=True,
                allow_redirects=False,
            )
        except (requests.RequestException, HTTPError, OSError) as error:
            raise self._cut(error) from error

    def _check(self, response: requests.Response) -> None:
        if response.status_code == 200:
            return
        words = _excerpt(response)
        reason = f"X answered {response.status_code}: {words}"
        if response.status_code == 429:
            now = datetime.now(UTC)
            told = (retry_at(response.headers, now=now) - now).total_seconds()
            wait = max(self.backoff.after_limit(), min(told, LIMITED_MOST))
            raise _Broken(reason, wait=wait, crowded="TooManyConnections" in words)
        raise _Broken(reason, wait=self.backoff.after_http())

    def _read(self, response: requests.Response) -> Iterator[StreamEvent]:
        lines = Lines()
        while True:
            try:
                data = response.raw.read1(READ)
            except (requests.RequestException, HTTPError, OSError) as error:
                raise self._cut(error) from error
            if not data:
                raise _Broken("X ended the stream", wait=self.backoff.after_network())
            self.backoff.forget()
            for line in lines.feed(data):
                yield self._event(line)

    def _event(self, line: bytes | None) -> StreamEvent:
        if line is None:
            return Skipped("too_long")
        if not line:
            return Heartbeat()
        try:
            return Arrived(x_payload.line(line))
        except x_payload.Unreadable as unreadable:
            if unreadable.reason == "errors":
                self._raise_disconnect(line)
            return Skipped(unreadable.reason)

    def _raise_disconnect(self, line: bytes) -> None:
        """X says goodbye in a message before it closes."""
        words = line.decode("utf-8", "replace")[:500]
        if "TooManyConnections" in words:
            raise _Broken(words, wait=self.backoff.after_limit(), crowded=True)
        if "disconnect" in words:
            title = _title(line)
            raise _Broken(f"X disconnects: {title}", wait=self.backoff.after_network())

    def _cut(self, error: Exception) -> _Broken:
        return _Broken(f"{type(error).__name__}", wait=self.backoff.after_network())


@contextmanager
def _ended_by(stop: Event, response: requests.Response) -> Iterator[None]:
    """Wake a read that waits for the next line when `stop` is set, not 25 s later."""
    over = Event()

    def watch() -> None:
        while not over.is_set():
            if stop.wait(0.2):
                _shut(response)
                return

    watcher = Thread(target=watch, name="stream-stop", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def _shut(response: requests.Response) -> None:
    try:
        response.raw.shutdown()
    except (OSError, ValueError, RuntimeError):
        log.debug("the stream was closed already")


def _excerpt(response: requests.Response) -> str:
    try:
        body: bytes = response.raw.read(2_000) or b""
    except (requests.RequestException, HTTPError, OSError):
        return ""
    return " ".join(body.decode("utf-8", "replace").split())[:300]


def _title(line: bytes) -> str:
    try:
        problem: Any = json.loads(line)["errors"][0]
        return str(problem.get("detail") or problem.get("title"))[:200]
    except (ValueError, LookupError, TypeError, AttributeError):
        return "no reason given"
