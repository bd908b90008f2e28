"""A bad network on this machine: a proxy that is slow, resets its connections, and goes away.

`Flaky` forwards bytes between a browser and the newsroom on loopback. It limits what goes up,
resets every connection each `reset_every` seconds and then refuses new ones for `down` seconds, as
a phone between two masts meets it. `hush` is worse: connections stay, and nothing comes or goes.
"""

import asyncio
import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

PIECE = 8 * 1024
#: SO_LINGER with no time: closing sends a reset, and what was not delivered is lost.
RESET = struct.pack("ii", 1, 0)


@dataclass
class Flaky:
    """`rate` is in bytes a second for all connections together, up; None: no limit.

    `jitter` draws each time between resets from 0.5 to 1.5 of `reset_every`.
    """

    target: int
    rate: float | None = None
    reset_every: float | None = None
    down: float = 0.0
    jitter: random.Random | None = None

    port: int = 0
    resets: int = 0
    carried: int = 0
    is_down: bool = False
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _free_at: float = 0.0

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def begin_troubles(
        self, *, rate: float, reset_every: float | None = None, down: float = 0.0
    ) -> None:
        """A good network turns bad from here on."""
        self.rate, self.reset_every, self.down = rate, reset_every, down
        asyncio.run_coroutine_threadsafe(self._trouble(), self._loop)

    def cut(self, *, down: float | None = None) -> None:
        """Reset everything now; stay away for `down` seconds, or until `mend`."""
        self._call(lambda: self._cut(down))

    def hush(self) -> None:
        """Connections stay open and carry nothing, until `mend`."""
        self._call(self._flowing.clear)

    def mend(self) -> None:
        self._call(self._mend)

    def _call(self, act: Callable[[], None]) -> None:
        done = threading.Event()

        def run() -> None:
            act()
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait(5)

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._run(ready))
        self._loop.close()

    async def _run(self, ready: threading.Event) -> None:
        self._stopping = asyncio.Event()
        self._flowing = asyncio.Event()
        self._flowing.set()
        server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        troubles = asyncio.create_task(self._trouble())
        ready.set()
        await self._stopping.wait()
        troubles.cancel()
        server.close()
        self._reset_all()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await task

    async def _trouble(self) -> None:
        while self.reset_every is not None:
            share = self.jitter.uniform(0.5, 1.5) if self.jitter else 1.0
            await asyncio.sleep(self.reset_every * share)
            self._cut(self.down)

    def _cut(self, down: float | None) -> None:
        self.resets += 1
        self.is_down = True
        self._reset_all()
        if down is not None:
            self._loop.call_later(down, self._mend)

    def _mend(self) -> None:
        self.is_down = False
        self._flowing.set()

    def _reset_all(self) -> None:
        for writer in list(self._writers):
            with suppress(OSError):
                raw = writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # the end of the proxy
            await self._forward(reader, writer)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_down:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, back}
        self._writers |= pair
        try:
            up = asyncio.create_task(self._pump(reader, back, limited=True))
            home = asyncio.create_task(self._pump(there, writer, limited=False))
            await asyncio.wait({up, home}, return_when=asyncio.ALL_COMPLETED)
        finally:
            self._writers -= pair
            for one in pair:
                one.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, limited: bool
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                if limited and self.rate:
                    await self._wait_for(len(piece))
                await self._flowing.wait()
                if limited:
                    self.carried += len(piece)
                writer.write(piece)
                await writer.drain()
            writer.write_eof()

    async def _wait_for(self, size: int) -> None:
        """One narrow road for everybody."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + size / (self.rate or 1)
        await asyncio.sleep(self._free_at - now)
