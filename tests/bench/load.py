"""A load generator that leaves the machine to the server: raw HTTP/1.1 over connections that stay
open, one thread, one epoll, requests that are ready before they are due.

What it measures is the whole answer, as seen by a client on the same machine.
"""

import select
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.bench.figures import p95

#: Seconds between two visitors who connect. All at once, the first worker to wake takes them all,
#: and a figure depends on which one woke.
APART = 0.02
Request = Callable[[int], bytes]
LENGTH = b"content-length:"
CHUNKED = b"transfer-encoding: chunked"


@dataclass
class Load:
    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, more: "Load") -> None:
        self.seconds += more.seconds
        self.times += more.times
        self.statuses += more.statuses

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    @property
    def p95(self) -> float:
        """Seconds."""
        return p95(self.times)


class _Connection:
    """One visitor after another over one socket."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.sent = 0.0

    def ask(self, request: bytes) -> None:
        self.answer = b""
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """Whether the answer is whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("The server closed a connection in the middle of the figure.")
        self.answer += part
        return _is_whole(self.answer)


def _visitors(port: int, number: int) -> Iterator[_Connection]:
    for _ in range(number):
        yield _Connection(port)
        time.sleep(APART)


def _is_whole(answer: bytes) -> bool:
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = answer[:end].lower()
    at = head.find(LENGTH)
    if at >= 0:
        length = int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0])
        return len(answer) >= end + 4 + length
    return CHUNKED not in head or answer.endswith(b"0\r\n\r\n")


def run(port: int, request: Request, *, seconds: float, connections: int = 16) -> Load:
    """Send `request(n)` for n = 0, 1, … as fast as the answers come, for so long.

    Every request that was sent has its answer in the result.
    """
    load, number = Load(), 0
    waiting = select.epoll()
    known = {one.socket.fileno(): one for one in _visitors(port, connections)}
    began = time.perf_counter()
    until = began + seconds
    for place, connection in known.items():
        waiting.register(place, select.EPOLLIN)
        connection.ask(request(number))
        number += 1
    busy = len(known)
    while busy:
        events = waiting.poll(30)
        if not events:
            raise TimeoutError("No answer within 30 seconds.")
        for place, _ in events:
            connection = known[place]
            if not connection.read():
                continue
            now = time.perf_counter()
            load.times.append(now - connection.sent)
            load.statuses[int(connection.answer[9:12])] += 1
            if now < until:
                connection.ask(request(number))
                number += 1
            else:
                busy -= 1
    load.seconds = time.perf_counter() - began
    for connection in known.values():
        connection.socket.close()
    return load
