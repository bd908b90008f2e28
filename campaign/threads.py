"""Django in a fixed pool of threads, as an ASGI application.

What a2wsgi does, with one way into a thread and one out of it where a page and its form are small,
as nearly all are; a2wsgi goes to and fro for the form, the head and every part of the page. A small
form is read before a thread is taken, so that a phone on a bad network holds none. What is long
streams, both ways; a stream ends when its visitor leaves.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from a2wsgi.wsgi import Body, build_environ
from django.http import HttpResponse

from campaign.events import Message, Receive, Send

#: Bytes of a form that are read before a thread is taken.
SMALL = 65_536


class Threads:
    """Serves a WSGI application in so many threads."""

    def __init__(self, application: Callable[..., Any], *, threads: int) -> None:
        self._application = application
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="WSGI")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        body: Any
        if _is_small(scope):
            form = await _read(receive)
            if form is None:
                return
            body, visitor = BytesIO(form), _Visitor(send, receive)
        else:
            body = Body(loop, receive)  # type: ignore[arg-type]  # its own names for ASGI's types
            visitor = _Visitor(send)
        environ = build_environ(scope, body)  # type: ignore[arg-type]  # as above

        def send_now(message: Message) -> bool:
            return asyncio.run_coroutine_threadsafe(visitor.gets(message), loop).result()

        context = contextvars.copy_context()
        try:
            left = await loop.run_in_executor(
                self._pool, context.run, self._answer, environ, send_now
            )
        finally:
            visitor.forget()
        for message in left:
            await send(message)

    def _answer(self, environ: Any, send_now: Callable[[Message], bool]) -> list[Message]:
        """In a thread: sends what streams, and returns what is left to be sent."""
        head: Message = {"type": "http.response.start"}

        def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            head["status"] = int(status.partition(" ")[0])
            head["headers"] = [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
            ]

        response = self._application(environ, start_response)
        try:
            if isinstance(response, HttpResponse):
                return [head, {"type": "http.response.body", "body": response.content}]
            send_now(head)
            for part in response:
                if not send_now({"type": "http.response.body", "body": part, "more_body": True}):
                    return []
            return [{"type": "http.response.body", "body": b""}]
        finally:
            response.close()


class _Visitor:
    """Gets a stream, until they leave. Servers tell that by `receive`, once the body is read."""

    def __init__(self, send: Send, receive: Receive | None = None) -> None:
        self._send = send
        self._receive = receive
        self._news: asyncio.Future[Message] | None = None

    async def gets(self, message: Message) -> bool:
        """Sends it; whether anybody is still there."""
        if self._receive and not self._news:
            self._news = asyncio.ensure_future(self._receive())
        await self._send(message)
        news = self._news
        return not (news and news.done() and news.result()["type"] == "http.disconnect")

    def forget(self) -> None:
        if self._news:
            self._news.cancel()


def _is_small(scope: Message) -> bool:
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return False
    length = headers.get(b"content-length", b"0")
    return length.isdigit() and int(length) <= SMALL


async def _read(receive: Receive) -> bytes | None:
    """The form; None when the visitor went away before it was whole."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
