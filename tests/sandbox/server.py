"""A sandbox for other tests: in this process, on a free port of this machine, in memory.

with running_sandbox() as sandbox:
    sandbox.tweet("Hello @iwelcome_now", handle="tess")
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from campaign.sandbox.app import LOOPBACK
from campaign.sandbox.credentials import CAMPAIGN, SECOND, Account, Credentials
from campaign.sandbox.server import Server, listening_socket
from campaign.sandbox.state import Settings


@dataclass
class Sandbox:
    """A running sandbox and its controls."""

    base_url: str
    smtp_port: int | None = None
    credentials: Credentials = field(default_factory=lambda: CAMPAIGN["credentials"])
    account_id: str = CAMPAIGN["id"]
    handle: str = CAMPAIGN["handle"]
    second: Account = field(default_factory=lambda: SECOND)

    @property
    def account(self) -> dict[str, Any]:
        """What an account of ours is that posts here: for `AccountFactory`."""
        return {
            "external_id": self.account_id,
            "handle": self.handle,
            "credentials": dict(self.credentials),
        }

    def control(self, verb: str, path: str, body: Any = None) -> Any:
        answer = requests.request(verb, f"{self.base_url}{path}", json=body, timeout=10)
        assert answer.ok, f"{answer.status_code} {answer.text}"
        return answer.json()

    def tweet(self, text: str, **person: Any) -> str:
        """Somebody writes: handle, name, lang, followers, in_reply_to, quotes. Answers the id."""
        ids = self.control("POST", "/_posts", {"text": text, **person})["ids"]
        return str(ids[0])

    def delete(self, post_id: str) -> None:
        """The author takes a post away."""
        self.control("DELETE", f"/_posts/{post_id}")

    def posts(self, *, by: str | None = None) -> list[dict[str, Any]]:
        """What is there, newest first; ours with `by=sandbox.handle`."""
        found: list[dict[str, Any]] = self.control("GET", "/_posts")["posts"]
        return [post for post in found if by is None or post["handle"] == by]

    def ledger(self, handle: str | None = None) -> list[dict[str, Any]]:
        """All that an account ever posted, oldest first, with `deleted_at`."""
        found: list[dict[str, Any]] = self.control("GET", f"/_ledger/{handle or self.handle}")[
            "posts"
        ]
        return found

    def fault(self, kind: str, on: str | None = None, **options: Any) -> None:
        """times, after, seconds, detail: see docs/sandbox.md."""
        self.control("POST", "/_faults", {"kind": kind, "on": on, **options})

    def clear_faults(self) -> None:
        self.control("DELETE", "/_faults")

    def requests(self, method: str | None = None, path: str | None = None) -> list[dict[str, Any]]:
        """What was received, oldest first."""
        wanted = {"method": method, "path": path}
        query = "&".join(f"{name}={value}" for name, value in wanted.items() if value)
        found: list[dict[str, Any]] = self.control("GET", f"/_requests?{query}")["requests"]
        return found

    def clear_requests(self) -> None:
        self.control("DELETE", "/_requests")

    def ahead(self, seconds: float) -> None:
        """The sandbox's clock runs so far ahead of ours."""
        self.control("POST", "/_clock", {"ahead": seconds})

    def limit(self, on: str, requests: int, seconds: float = 900) -> None:
        self.control("POST", "/_limits", {"on": on, "requests": requests, "seconds": seconds})

    def mails(self) -> list[dict[str, Any]]:
        """Newest first."""
        found: list[dict[str, Any]] = self.control("GET", "/mail.json")["mails"]
        return found


@contextmanager
def running_sandbox(
    *, heartbeat: float = 20.0, processing_seconds: float = 0.05, smtp: bool = False, **more: Any
) -> Iterator[Sandbox]:
    """Starts a sandbox and stops it; media is ready at once unless told otherwise."""
    sock = listening_socket(0)
    smtp_sock = listening_socket(0) if smtp else None
    smtp_port = smtp_sock.getsockname()[1] if smtp_sock else None
    settings = Settings(
        heartbeat=heartbeat, processing_seconds=processing_seconds, smtp=smtp_sock, **more
    )
    server = Server(settings)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="sandbox")
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive(), "the sandbox did not start"
            assert time.monotonic() < deadline, "the sandbox took more than 10 s to start"
            time.sleep(0.01)
        yield Sandbox(f"http://{LOOPBACK}:{sock.getsockname()[1]}", smtp_port)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        sock.close()
        if smtp_sock:
            smtp_sock.close()
        assert not thread.is_alive(), "the sandbox did not stop"
