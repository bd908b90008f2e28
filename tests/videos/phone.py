"""A phone that speaks tus by hand: each request goes to the ASGI application itself."""

import asyncio
import base64
import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from asgiref.sync import async_to_sync
from django.test import Client

from videos import tus

FILMS = "/field/films/"
BASE = "/field/uploads/"
#: How the body of a request ends.
Ending = Literal["well", "broken", "silent"]
TUS = {"Tus-Resumable": "1.0.0"}
STREAM = TUS | {"Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True)
class Heard:
    """The answer; status 0 where the connection broke before one."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Phone:
    """`client` is signed in; `film` are the bytes to send."""

    client: Client
    film: bytes
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def path(self) -> str:
        return f"{BASE}{self.id}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.film).hexdigest()

    def tell(self, storyteller: int, **changes: Any) -> Any:
        """Tell London of the film; the answer of Django's client."""
        told = {
            "id": str(self.id),
            "name": "IMG_0001.MOV",
            "length": len(self.film),
            "sha256": self.sha256,
            "storyteller": storyteller,
            "title": "A roof",
            "quote": "It holds.",
            "language": "en",
            "themes": ["home"],
            "consent": True,
        } | changes
        kept = {name: value for name, value in told.items() if value is not None}
        return self.client.post(FILMS, kept, content_type="application/json")

    def create(self, **changes: str) -> Heard:
        named = base64.b64encode(str(self.id).encode()).decode()
        headers = TUS | {"Upload-Length": str(len(self.film)), "Upload-Metadata": f"film {named}"}
        return self.ask("POST", BASE, headers | changes)

    def offset(self) -> Heard:
        return self.ask("HEAD", self.path, TUS)

    def send(self, start: int, end: int | None = None) -> Heard:
        """Bytes of the film, in small parts."""
        body = self.film[start:end]
        headers = STREAM | {"Upload-Offset": str(start), "Content-Length": str(len(body))}
        return self.ask("PATCH", self.path, headers, _parts(body))

    def ask(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        parts: Iterable[bytes] = (),
        *,
        ends: Ending = "well",
    ) -> Heard:
        return async_to_sync(self._ask)(method, path, headers, list(parts), ends=ends)

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], parts: list[bytes], *, ends: Ending
    ) -> Heard:
        cookies = "; ".join(f"{name}={one.value}" for name, one in self.client.cookies.items())
        sent = {"Host": "testserver", "Cookie": cookies} | headers
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        }
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        if ends == "broken":
            messages.append({"type": "http.disconnect"})
        if ends == "well":
            messages.append({"type": "http.request", "body": b"", "more_body": False})
        heard: list[Any] = []

        async def receive() -> Any:
            if not messages:
                await asyncio.sleep(3600)
            return messages.pop(0)

        async def send(message: Any) -> None:
            heard.append(message)

        await tus.application(scope, receive, send)
        if not heard:
            return Heard(0, {}, "")
        start, body = heard
        answered = {name.decode(): value.decode() for name, value in start["headers"]}
        return Heard(start["status"], answered, body["body"].decode())


def _parts(body: bytes) -> Iterable[bytes]:
    return (body[at : at + 64_000] for at in range(0, len(body), 64_000))
