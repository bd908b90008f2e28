"""`GET /events`: server-sent events for one tab, as a bare ASGI application.

One task a process reads the Redis stream and hands each message to the tabs that may hear it, so
that five hundred tabs cost one Redis connection. A tab that names a `Last-Event-ID` first gets what
it missed.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.http.cookie import parse_cookie
from redis import RedisError, ResponseError
from redis.asyncio import Redis

from campaign import devices, screens
from campaign.live import KEPT, LEFT, STREAM

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HEARTBEAT = 15.0
BLOCK_SECONDS = 5
QUEUE_LIMIT = 500
RETRY = 1.0
#: The position of a page that was made before there was any news.
FIRST = "0-0"


class News(NamedTuple):
    """One message of the stream."""

    id: str
    kind: str
    campaign: int
    place: int
    #: As it goes to every tab: made once, however many there are.
    frame: bytes
    #: People whose tabs end with it.
    left: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Audience:
    """What one tab may hear: everything of a campaign, or what concerns one place.

    A big screen hears of certain `kinds` alone.
    """

    campaigns: frozenset[int] = frozenset()
    place: int = 0
    person: int = 0
    kinds: frozenset[str] | None = None

    def hears(self, news: News) -> bool:
        if self.kinds is not None and news.kind not in self.kinds:
            return False
        return news.campaign in self.campaigns or (self.place != 0 and news.place == self.place)


@dataclass(eq=False, slots=True)
class Tab:
    audience: Audience
    queue: asyncio.Queue[News | None] = field(
        default_factory=lambda: asyncio.Queue(maxsize=QUEUE_LIMIT)
    )

    def offer(self, news: News) -> None:
        """Queue it, or end a tab that does not read: it comes back and resumes."""
        try:
            self.queue.put_nowait(news)
        except asyncio.QueueFull:
            self.end()

    async def news(self) -> list[News | None]:
        """All that waits, as soon as something does."""
        waiting = [await self.queue.get()]
        while not self.queue.empty():
            waiting.append(self.queue.get_nowait())
        return waiting

    def end(self) -> None:
        """Hang up. The browser comes back, and is asked again who it is."""
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


def _news(entry: Any) -> News:  # redis types an entry for every protocol at once
    key, fields = entry
    parts = (key, fields[b"kind"], fields[b"data"])
    return News(
        id=key.decode(),
        kind=fields[b"kind"].decode(),
        campaign=int(fields[b"campaign"]),
        place=int(fields[b"place"]),
        frame=b"id: %b\nevent: %b\ndata: %b\n\n" % parts,
        left=_left(fields[b"data"]) if fields[b"kind"] == LEFT.encode() else frozenset(),
    )


def _left(data: bytes) -> frozenset[int]:
    return frozenset(int(one) for one in json.loads(data)["ids"])


class Hub:
    """The process's one reader of the stream."""

    def __init__(self) -> None:
        self.tabs: set[Tab] = set()
        self.task: asyncio.Task[None] | None = None
        self.redis: Redis | None = None
        self.last = ""

    def connection(self) -> Redis:
        if self.redis is None:
            # Longer than a blocking read, so that silence is not taken for a broken connection.
            self.redis = Redis.from_url(settings.REDIS_URL, socket_timeout=BLOCK_SECONDS + 5)
        return self.redis

    async def join(self, tab: Tab) -> None:
        """From here on the tab misses nothing."""
        if self.task is None or self.task.done():
            self.last = ""
            with suppress(RedisError, OSError):
                self.last = await self._end()
            self.task = asyncio.create_task(self._read())
        self.tabs.add(tab)

    def leave(self, tab: Tab) -> None:
        self.tabs.discard(tab)

    async def lost(self, *, after: str) -> bool:
        """Whether news that came after that id may be kept no more."""
        try:
            stream: Any = await self.connection().xinfo_stream(STREAM)
        except ResponseError:  # there is no stream: it is new, or Redis lost it
            return after != FIRST
        if _order(after) > _order(stream["last-generated-id"].decode()):
            return True
        trimmed = stream["entries-added"] > stream["length"]
        oldest = stream["first-entry"]
        return trimmed and (oldest is None or _order(after) < _order(oldest[0].decode()))

    async def missed(self, audience: Audience, *, after: str) -> list[News]:
        entries: Any = await self.connection().xrange(STREAM, min=f"({after}", count=KEPT)
        return [news for news in map(_news, entries) if audience.hears(news)]

    async def _read(self) -> None:
        last = "$"
        while self.tabs:
            try:
                if last == "$":
                    last = await self._end()
                answer: Any = await self.connection().xread(
                    {STREAM: last}, block=BLOCK_SECONDS * 1000, count=500
                )
            except (RedisError, OSError) as error:
                log.warning("live news interrupted: %s", error)
                await asyncio.sleep(RETRY)
                continue
            for _, entries in answer or []:
                for entry in entries:
                    last = self.last = entry[0].decode()
                    self._hand_out(_news(entry))

    async def _end(self) -> str:
        newest: Any = await self.connection().xrevrange(STREAM, count=1)
        return newest[0][0].decode() if newest else "0-0"

    def _hand_out(self, news: News) -> None:
        for tab in self.tabs:
            if tab.audience.person in news.left:
                tab.end()
            elif tab.audience.hears(news):
                tab.offer(news)


hub = Hub()


def _header(scope: Message, name: bytes) -> str:
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def _audience(cookie: str, campaign: str, screen: str) -> Audience | None:
    """Whom this session, device or screen may listen as, or None for nobody. Runs in a thread."""
    close_old_connections()
    if screen:
        shown = screens.campaign_of(screen)
        return Audience(campaigns=frozenset({shown.pk}), kinds=screens.KINDS) if shown else None
    try:
        user = devices.person_of(parse_cookie(cookie))
    except devices.DeviceRevokedError:
        return None
    if user is None:
        return None
    crew = getattr(user, "crew", None)
    if crew is not None:
        return Audience(place=crew.place_id, person=user.pk)
    campaigns = user.campaigns.filter(slug=campaign) if campaign else user.campaigns.all()
    ids = frozenset(campaigns.values_list("pk", flat=True))
    return Audience(campaigns=ids, person=user.pk) if ids else None


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": []})
    await send({"type": "http.response.body", "body": b"Sign in to the newsroom first."})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stream(tab: Tab, send: Send, *, after: str) -> None:
    async def write(body: bytes) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})

    await write(b"retry: 2000\n: welcome\n\n")
    seen = await _resume(tab, write, after=after) if after else ""
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT):
                news = await tab.news()
        except TimeoutError:
            await write(b"event: beat\ndata: {}\n\n")
            continue
        told = [one for one in news if one and (not seen or _order(one.id) > _order(seen))]
        if told:
            seen = ""
            await write(b"".join(one.frame for one in told))
        if None in news:
            return


async def _resume(tab: Tab, write: Callable[[bytes], Awaitable[None]], *, after: str) -> str:
    """What the tab missed, or word that it cannot be told. Returns the last id that it has."""
    if await hub.lost(after=after):
        await write(b"event: resync\ndata: {}\n\n")
        return ""
    seen = after
    for news in await hub.missed(tab.audience, after=after):
        seen = news.id
        await write(news.frame)
    return seen


def _order(stream_id: str) -> tuple[int, int]:
    milliseconds, _, number = stream_id.partition("-")
    return int(milliseconds), int(number or 0)


async def application(scope: Message, receive: Receive, send: Send) -> None:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    campaign, screen = (query.get(name, [""])[0] for name in ("campaign", "screen"))
    audience = await sync_to_async(_audience)(_header(scope, b"cookie"), campaign, screen)
    if audience is None:
        await _refuse(send)
        return
    after = _header(scope, b"last-event-id") or query.get("after", [""])[0]
    if not all(part.isdigit() for part in after.split("-", 1)):
        after = ""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream"),
                (b"cache-control", b"no-store"),
                (b"x-accel-buffering", b"no"),
            ],
        }
    )
    tab = Tab(audience)
    await hub.join(tab)
    writer = asyncio.create_task(_stream(tab, send, after=after))
    reader = asyncio.create_task(_until_gone(receive))
    try:
        await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hub.leave(tab)
        for task in (writer, reader):
            task.cancel()
            with suppress(asyncio.CancelledError, OSError, RedisError):
                await task
