"""Keeps the public's pages in the web process, as long as they themselves allow (RFC 9111, 5861).

An ASGI layer before Django: a page that everybody sees alike is made once in a few seconds, however
many ask, and one of yesterday is shown while the database is away. What is kept is asked for
without the visitor's cookies, so that nothing about anybody can get into it.
"""

import asyncio
import gzip
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from campaign.events import Message, Receive, Send

log = logging.getLogger(__name__)

MOST_PAGES = 512
LARGEST = 512 * 1024
_PERSONAL = {b"cookie", b"authorization", b"if-none-match", b"if-modified-since", b"range"}
_DROPPED = {b"content-length", b"set-cookie", b"content-encoding"}
_now = time.monotonic
_NUMBER = re.compile(r"([a-z-]+)=(\d+)")


@dataclass(frozen=True, slots=True)
class Lasting:
    """For how many seconds a page is fresh, is shown while a new one is made, outlives us."""

    fresh: int = 0
    stale: int = 0
    in_need: int = 0

    @classmethod
    def read(cls, header: str) -> "Lasting | None":
        """None for what must not be kept."""
        found = {name: int(number) for name, number in _NUMBER.findall(header)}
        if "public" not in header or "no-store" in header or "max-age" not in found:
            return None
        return cls(
            found["max-age"],
            found.get("stale-while-revalidate", 0),
            found.get("stale-if-error", 0),
        )


@dataclass(slots=True)
class Page:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    lasting: Lasting | None = None
    made: float = 0.0
    zipped: bytes = b""

    @property
    def age(self) -> float:
        return _now() - self.made


class Shelf:
    def __init__(self, app: object, *, paths: Sequence[str], query: Sequence[str]) -> None:
        """`paths` are the beginnings of addresses that may be kept; of their queries only the
        names in `query` change a page."""
        self._app = app
        self._paths = tuple(paths)
        self._query = frozenset(query)
        self._pages: OrderedDict[tuple[object, ...], Page] = OrderedDict()
        self._making: dict[tuple[object, ...], asyncio.Task[Page]] = {}

    def keeps(self, scope: Message) -> bool:
        return scope["method"] in {"GET", "HEAD"} and scope["path"].startswith(self._paths)

    async def __call__(self, scope: Message, _receive: Receive, send: Send) -> None:
        key = self._key(scope)
        page = self._pages.get(key)
        if page and page.lasting and page.age < page.lasting.fresh:
            self._pages.move_to_end(key)
        elif page and page.lasting and page.age < page.lasting.fresh + page.lasting.stale:
            self._make(key, scope)
        else:
            page = await self._fresh(key, scope, page)
        await _answer(page, scope, send)

    async def _fresh(self, key: tuple[object, ...], scope: Message, old: Page | None) -> Page:
        new = await asyncio.shield(self._make(key, scope))
        if new.status >= 500 and old and old.lasting and old.age < old.lasting.in_need:
            log.warning("%s is shown as it was %d seconds ago", scope["path"], old.age)
            return old
        return new

    def _make(self, key: tuple[object, ...], scope: Message) -> asyncio.Task[Page]:
        """Once at a time for one page, however many wait for it."""
        task = self._making.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(key, scope))
            self._making[key] = task
            task.add_done_callback(lambda _: self._making.pop(key, None))
        return task

    async def _ask(self, key: tuple[object, ...], scope: Message) -> Page:
        page = await _collect(self._app, _anonymous(scope))
        if page.status == 200 and page.lasting and len(page.body) <= LARGEST:
            page.zipped = await asyncio.to_thread(gzip.compress, page.body, 6)
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)
        return page

    def _key(self, scope: Message) -> tuple[object, ...]:
        headers = dict(scope["headers"])
        query = [
            pair
            for pair in parse_qsl(scope["query_string"].decode("latin-1"))
            if pair[0] in self._query
        ]
        return (
            scope["path"],
            urlencode(sorted(query)),
            headers.get(b"accept-language", b"")[:200],
            headers.get(b"x-forwarded-proto", scope["scheme"].encode()),
            headers.get(b"host", b""),
        )


def _anonymous(scope: Message) -> Message:
    """The same request, from nobody."""
    kept = [pair for pair in scope["headers"] if pair[0] not in _PERSONAL]
    return dict(scope) | {"headers": kept, "method": "GET"}


async def _collect(app: object, scope: Message) -> Page:
    page = Page(500, [], b"", made=_now())
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            page.status = message["status"]
            page.headers = [
                (name.lower(), value)
                for name, value in message["headers"]
                if name.lower() not in _DROPPED
            ]
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)  # type: ignore[operator]  # any ASGI application
    page.body = b"".join(parts)
    page.lasting = Lasting.read(dict(page.headers).get(b"cache-control", b"").decode("latin-1"))
    return page


async def _answer(page: Page, scope: Message, send: Send) -> None:
    accepts = dict(scope["headers"]).get(b"accept-encoding", b"")
    zipped = bool(page.zipped) and b"gzip" in accepts
    body = page.zipped if zipped else page.body
    headers = [pair for pair in page.headers if pair[0] != b"vary"]
    vary = dict(page.headers).get(b"vary", b"")
    headers += [
        (b"vary", b", ".join(filter(None, (vary, b"Accept-Encoding")))),
        (b"content-length", str(len(body)).encode()),
    ]
    if page.lasting:
        headers.append((b"age", str(int(page.age)).encode()))
    if zipped:
        headers.append((b"content-encoding", b"gzip"))
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    body = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": body})
