import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from django.http import HttpResponse, StreamingHttpResponse

from campaign.threads import SMALL, Threads

#: Parts of a stream that nobody waits for the end of.
MANY = 10_000


class Visitor:
    """Sends a body in parts, each when it may, keeps what comes back, and perhaps stays."""

    def __init__(self, *parts: bytes, length: int | None = None, stays: bool = True) -> None:
        self.parts = list(parts)
        self.stays = stays
        self.length = sum(map(len, parts)) if length is None else length
        self.may_send = asyncio.Event()
        self.may_send.set()
        self.got: list[dict[str, Any]] = []

    async def ask(self, threads: Threads, *, method: str = "POST", chunked: bool = False) -> None:
        headers = [(b"content-length", str(self.length).encode())]
        if chunked:
            headers = [(b"transfer-encoding", b"chunked")]
        await threads(
            {
                "type": "http",
                "http_version": "1.1",
                "method": method,
                "path": "/sign/",
                "query_string": b"lang=sw",
                "scheme": "https",
                "headers": [*headers, (b"host", b"example.org")],
                "client": ("192.0.2.7", 4711),
            },
            self._receive,
            self._send,
        )

    async def _receive(self) -> dict[str, Any]:
        await self.may_send.wait()
        if not self.parts and self.stays:
            await asyncio.Event().wait()
        elif not self.parts:
            return {"type": "http.disconnect"}
        part = self.parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(self.parts)}

    async def _send(self, message: Any) -> None:
        self.got.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.got[1:])


def echo(environ: dict[str, Any], start_response: Callable[..., None]) -> HttpResponse:
    length = int(environ.get("CONTENT_LENGTH") or 2 * SMALL)
    body = environ["wsgi.input"].read(length)
    start_response("200 OK", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Name", "é")])
    told = [
        environ[name] for name in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "REMOTE_ADDR")
    ]
    return HttpResponse(" ".join([*told, ""]).encode() + body)


@contextmanager
def served(application: Any) -> Iterator[int]:
    """The port of a uvicorn in a thread of its own."""
    config = uvicorn.Config(application, port=0, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)


class Rows(StreamingHttpResponse):
    def __init__(self, parts: Iterator[bytes], closed: threading.Event) -> None:
        super().__init__(parts)
        self.was_closed = closed

    def close(self) -> None:
        self.was_closed.set()
        super().close()


def run(scene: Callable[[], Awaitable[None]]) -> None:
    async def played() -> None:
        await asyncio.wait_for(scene(), 20)

    asyncio.run(played())


def test_a_form_and_its_page() -> None:
    async def scene() -> None:
        visitor = Visitor(b"name=", b"Tess")
        await visitor.ask(Threads(echo, threads=1))
        assert visitor.got == [
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"set-cookie", b"a=1"),
                    (b"set-cookie", b"b=2"),
                    (b"x-name", b"\xe9"),
                ],
            },
            {"type": "http.response.body", "body": b"POST /sign/ lang=sw 192.0.2.7 name=Tess"},
        ]

    run(scene)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_long_body_is_read_by_the_thread(chunked: bool) -> None:
    async def scene() -> None:
        visitor = Visitor(b"a" * SMALL, b"b" * SMALL)
        await visitor.ask(Threads(echo, threads=1), chunked=chunked)
        assert visitor.body.partition(b"192.0.2.7 ")[2] == b"a" * SMALL + b"b" * SMALL

    run(scene)


def test_a_slow_form_holds_no_thread() -> None:
    async def scene() -> None:
        threads = Threads(echo, threads=1)
        slow, quick = Visitor(b"name=Slow"), Visitor(b"name=Quick")
        slow.may_send.clear()
        waiting = asyncio.ensure_future(slow.ask(threads))
        await quick.ask(threads)
        assert quick.body.endswith(b"name=Quick")
        assert slow.got == []
        slow.may_send.set()
        await waiting
        assert slow.body.endswith(b"name=Slow")

    run(scene)


def test_who_leaves_before_the_form_is_whole_is_not_served() -> None:
    served: list[object] = []

    def application(environ: dict[str, Any], start_response: Callable[..., None]) -> HttpResponse:
        served.append(environ)
        return echo(environ, start_response)

    async def scene() -> None:
        visitor = Visitor(length=9, stays=False)
        await visitor.ask(Threads(application, threads=1))
        assert (served, visitor.got) == ([], [])

    run(scene)


def test_a_stream_goes_out_as_it_is_made_and_is_closed() -> None:
    arrived, closed = threading.Semaphore(0), threading.Event()

    def parts() -> Iterator[bytes]:
        for number in range(3):
            yield b"row %d\n" % number
            assert arrived.acquire(timeout=10)  # the visitor has it before the next is made

    def application(_environ: dict[str, Any], start_response: Callable[..., None]) -> Any:
        start_response("200 OK", [])
        return Rows(parts(), closed)

    class Reader(Visitor):
        async def _send(self, message: Any) -> None:
            await super()._send(message)
            if message.get("more_body"):
                arrived.release()

    async def scene() -> None:
        visitor = Reader(b"")
        await visitor.ask(Threads(application, threads=1))
        assert [message.get("body") for message in visitor.got] == [
            None, b"row 0\n", b"row 1\n", b"row 2\n", b"",
        ]  # fmt: skip
        assert [message.get("more_body") for message in visitor.got] == [
            None, True, True, True, None,
        ]  # fmt: skip

    run(scene)
    assert closed.is_set()


def test_a_stream_ends_when_its_visitor_leaves() -> None:
    """By the real server: what it tells, and when, is what matters."""
    made: list[int] = []
    closed = threading.Event()

    def parts() -> Iterator[bytes]:
        for number in range(MANY):
            made.append(number)
            yield b"a row of many\n" * 4_096

    def application(environ: dict[str, Any], start_response: Callable[..., None]) -> Any:
        if environ["PATH_INFO"] == "/page/":
            return echo(environ, start_response)
        start_response("200 OK", [])
        return Rows(parts(), closed)

    with served(Threads(application, threads=1)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
            visitor.sendall(b"GET /export/ HTTP/1.1\r\nHost: example.org\r\n\r\n")
            assert visitor.recv(65_536).startswith(b"HTTP/1.1 200 OK")
        assert closed.wait(10)
        assert len(made) < MANY
        with socket.create_connection(("127.0.0.1", port), timeout=10) as visitor:
            visitor.sendall(b"GET /page/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            assert visitor.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_a_stream_that_breaks_is_closed_and_reaches_the_server_as_an_error() -> None:
    closed = threading.Event()

    def parts() -> Iterator[bytes]:
        yield b"row\n"
        raise RuntimeError("the database went away")

    def application(_environ: dict[str, Any], start_response: Callable[..., None]) -> Any:
        start_response("200 OK", [])
        return Rows(parts(), closed)

    async def scene() -> None:
        visitor = Visitor(b"")
        with pytest.raises(RuntimeError, match="the database went away"):
            await visitor.ask(Threads(application, threads=1))
        assert visitor.body == b"row\n"

    run(scene)
    assert closed.is_set()


def test_an_application_that_fails_leaves_its_thread_to_the_next() -> None:
    def application(environ: dict[str, Any], start_response: Callable[..., None]) -> HttpResponse:
        if environ["REQUEST_METHOD"] == "DELETE":
            raise RuntimeError("broken")
        return echo(environ, start_response)

    async def scene() -> None:
        threads = Threads(application, threads=1)
        with pytest.raises(RuntimeError, match="broken"):
            await Visitor(b"").ask(threads, method="DELETE")
        visitor = Visitor(b"next")
        await visitor.ask(threads)
        assert visitor.body.endswith(b"next")

    run(scene)
