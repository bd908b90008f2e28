"""A small load generator: raw HTTP/1.1 over connections that stay open, one process.

What it measures is the whole answer, as seen by a client on the same machine.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.figures import p95

Request = Callable[[int], bytes]


@dataclass
class Load:
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    @property
    def p95(self) -> float:
        """Seconds."""
        return p95(self.times)


def run(port: int, request: Request, *, seconds: float, connections: int = 16) -> Load:
    """Send `request(n)` for n = 0, 1, … as fast as the answers come, for so long."""
    return asyncio.run(_run(port, request, seconds=seconds, connections=connections))


async def _run(port: int, request: Request, *, seconds: float, connections: int) -> Load:
    load, numbers = Load(), iter(range(10**9))
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(
        *(_connection(port, request, numbers=numbers, until=until, load=load)
          for _ in range(connections))
    )  # fmt: skip
    load.seconds = time.perf_counter() - began
    return load


async def _connection(
    port: int, request: Request, *, numbers: object, until: float, load: Load
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < until:
        sent = time.perf_counter()
        writer.write(request(next(numbers)))  # type: ignore[call-overload]  # an iterator of numbers
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.find(b"content-length:")
        if at >= 0:
            await reader.readexactly(int(lower[at + 15 : lower.index(b"\r\n", at)]))
        elif b"transfer-encoding: chunked" in lower:
            while (size := int(await reader.readline(), 16)) > 0:
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        load.times.append(time.perf_counter() - sent)
        load.statuses[int(head[9:12])] += 1
    writer.close()
