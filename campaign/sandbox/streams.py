"""The filtered stream's open connections, and who listens to the pages."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from campaign.sandbox.clock import Clock
from campaign.sandbox.parameters import Shown

# X cuts a reader that falls this far behind.
BACKLOG = 20_000


@dataclass(eq=False)
class Connection:
    """One open stream. `None` in the queue is its end."""

    app: str
    shown: Shown
    client_ip: str
    connected_at: float
    base_url: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    queue: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    silent_until: float = 0.0
    held: bytes | None = None

    def stall(self, seconds: float) -> None:
        """The line stays open and says nothing, not even that it is alive."""
        self.silent_until = time.monotonic() + seconds

    def send(self, line: bytes) -> None:
        if self.queue.qsize() >= BACKLOG:
            self.end()
        else:
            self.queue.put_nowait(line)

    def end(self) -> None:
        self.queue.put_nowait(None)


class Streams:
    """All open streams; one at a time for each app."""

    def __init__(self, clock: Clock, *, heartbeat: float) -> None:
        self.heartbeat = heartbeat
        self.open: dict[str, Connection] = {}
        self._clock = clock

    def of_app(self, app: str) -> list[Connection]:
        return [each for each in self.open.values() if each.app == app]

    def connect(self, app: str, shown: Shown, *, client_ip: str, base_url: str) -> Connection:
        connection = Connection(app, shown, client_ip, self._clock.now(), base_url)
        self.open[connection.id] = connection
        return connection

    def end(self, connections: list[Connection]) -> int:
        """The connections are over for X at once, whenever the client notices."""
        for connection in connections:
            self.open.pop(connection.id, None)
            connection.end()
        return len(connections)

    async def lines(self, connection: Connection) -> AsyncIterator[bytes]:
        """Messages as they come, and a blank line whenever it was quiet for a heartbeat."""
        try:
            while True:
                try:
                    line = await asyncio.wait_for(connection.queue.get(), self.heartbeat)
                except TimeoutError:
                    line = b""
                await asyncio.sleep(max(0.0, connection.silent_until - time.monotonic()))
                if line is None:
                    return
                yield line + b"\r\n"
        finally:
            self.open.pop(connection.id, None)


class Audience:
    """The browsers that look at the pages now."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[bytes | None]] = set()

    def __bool__(self) -> bool:
        return bool(self._queues)

    def tell(self, event: str, data: Any) -> None:
        message = f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
        for queue in self._queues:
            if queue.qsize() < BACKLOG:
                queue.put_nowait(message)

    def end(self) -> None:
        for queue in self._queues:
            queue.put_nowait(None)

    async def messages(self) -> AsyncIterator[bytes]:
        """Server-sent events, with a comment now and then so that dead readers are noticed."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield b": here\n\n"
            while True:
                try:
                    message = await asyncio.wait_for(queue.get(), 15)
                except TimeoutError:
                    message = b": here\n\n"
                if message is None:
                    return
                yield message
        finally:
            self._queues.discard(queue)
