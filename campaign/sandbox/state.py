"""One sandbox: its time, its memory, its moods, and what happens when somebody posts."""

import asyncio
import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from campaign.sandbox import credentials, faults, matching, wire
from campaign.sandbox.clock import Clock
from campaign.sandbox.limits import Limits
from campaign.sandbox.problems import OPERATIONAL_DISCONNECT
from campaign.sandbox.signatures import Gate
from campaign.sandbox.store import Person, Post, Store
from campaign.sandbox.streams import Audience, Connection, Streams

if TYPE_CHECKING:
    from campaign.sandbox.rain import Rain


#: Longer than a healthy reader waits for a sign of life.
STALL_SECONDS = 40.0


@dataclass(frozen=True)
class Settings:
    """What differs between a demo and a test. `path` None keeps everything in memory.

    `forgiving` lets the same words be said twice, so that a second post would be seen.
    `requests_kept` is how many of the newest requests `/_requests` shows.
    """

    path: Path | None = None
    heartbeat: float = 20.0
    processing_seconds: float = 1.5
    smtp: socket.socket | None = None
    seed: bool = False
    forgiving: bool = False
    requests_kept: int = 5_000


@dataclass(frozen=True)
class Draft:
    """A post before it has an id."""

    text: str
    lang: str = "en"
    in_reply_to: int | None = None
    quotes: int | None = None
    media: tuple[int, ...] = ()
    late: float = 0.0


class State:
    """Lives on the server's event loop: nothing here is called from another thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.store = Store(settings.path)
        self.clock.seen(self.store.greatest_id())
        self.gate = Gate(self.clock)
        self.limits = Limits(self.clock)
        self.faults = faults.Faults()
        self.log = faults.Log(settings.requests_kept)
        self.streams = Streams(self.clock, heartbeat=settings.heartbeat)
        self.audience = Audience()
        self.stopping = asyncio.Event()
        self.rain: Rain
        for account in credentials.ACCOUNTS:
            self._know(account)

    def close(self) -> None:
        """Whoever holds a connection open is let go, so that the server can stop."""
        self.stopping.set()
        self.streams.end(list(self.streams.open.values()))
        self.audience.end()

    def _know(self, account: credentials.Account) -> None:
        person = self.store.person(int(account["id"]))
        if person is None:
            self.store.save_person(
                Person(
                    id=int(account["id"]),
                    handle=account["handle"],
                    name=account["name"],
                    lang="en",
                    followers=48_200,
                    description=account["description"],
                    location=account["location"],
                    created_at=self.clock.now(),
                )
            )

    def account_handles(self) -> set[str]:
        return {account["handle"] for account in credentials.ACCOUNTS}

    def person(
        self, handle: str, *, name: str = "", lang: str = "en", followers: int = 120
    ) -> Person:
        """Whoever has that handle, made up now if nobody has."""
        known = self.store.person_called(handle)
        if known:
            return known
        now = self.clock.now()
        person = Person(
            id=self.clock.next_id(),
            handle=handle,
            name=name or handle,
            lang=lang,
            followers=followers,
            description="",
            location="",
            created_at=now,
        )
        self.store.save_person(person)
        return person

    def said(self, draft: Draft) -> str:
        """Same words to the same person are a duplicate: for X a reply begins with its handle."""
        answered = self.store.post(draft.in_reply_to) if draft.in_reply_to else None
        words = " ".join(draft.text.casefold().split())
        return f"{answered.author_id if answered else ''} {words}"

    def publish(self, draft: Draft, *, by: Person, at: float | None = None) -> Post:
        """The post is stored, and told to whoever listens. `at` in the past is for seeds."""
        now = self.clock.now()
        number = self.clock.next_id(at=at)
        answered = self.store.post(draft.in_reply_to) if draft.in_reply_to else None
        post = Post(
            id=number,
            author_id=by.id,
            text=draft.text,
            lang=draft.lang,
            created_at=now if at is None else at,
            visible_at=(now if at is None else at) + draft.late,
            deleted_at=None,
            in_reply_to=draft.in_reply_to,
            quotes=draft.quotes,
            conversation=answered.conversation if answered else number,
            media=draft.media,
            said=self.said(draft),
        )
        self.store.add_post(post)
        if at is None:
            self._deliver(post)
            self.audience.tell("posted", {"id": str(post.id), "root": str(post.conversation)})
        return post

    def delete(self, post: Post) -> None:
        self.store.delete_post(post.id, at=self.clock.now())
        self.audience.tell("deleted", {"id": str(post.id), "root": str(post.conversation)})

    def _deliver(self, post: Post) -> None:
        """To each app with an open stream and a rule that matches."""
        if not self.streams.open:
            return
        subject = wire.subject(self.store, post)
        for connection in list(self.streams.open.values()):
            rules = [
                {"id": str(rule.id), "tag": rule.tag} if rule.tag else {"id": str(rule.id)}
                for rule in self.store.rules(connection.app)
                if matching.compile_query(rule.value)(subject)
            ]
            if rules:
                self._send(connection, self._message(connection, post, rules))

    def _message(self, connection: Connection, post: Post, rules: list[dict[str, str]]) -> bytes:
        writer = wire.Writer(self.store, connection.shown, base_url=connection.base_url)
        bundle = writer.bundle([post])
        message = {"data": bundle.data[0], **bundle.extras(), "matching_rules": rules}
        return json.dumps(message, ensure_ascii=False).encode()

    def _send(self, connection: Connection, line: bytes) -> None:
        """With the mishaps that were asked for. Only a dropped stream loses the message."""
        fault = self.faults.take(faults.STREAM, kinds=faults.DELIVERY_KINDS)
        kind = fault.kind if fault else ""
        if kind in {"stream_drop", "stream_error"}:
            self.drop([connection], explain=kind == "stream_error")
            return
        if kind == "out_of_order" and connection.held is None:
            connection.held = line
            return
        if kind == "stream_stall":
            connection.stall((fault.seconds if fault else None) or STALL_SECONDS)
        if kind == "unreadable":
            connection.send(line[: len(line) // 2])
        connection.send(line)
        if kind == "duplicate_delivery":
            connection.send(line)
        if connection.held is not None:
            connection.send(connection.held)
            connection.held = None

    def strike_streams(self, fault: faults.Fault) -> None:
        """What does not wait for a message."""
        fault.struck += 1
        open_ones = list(self.streams.open.values())
        if fault.kind == "stream_stall":
            for connection in open_ones:
                connection.stall(fault.seconds or STALL_SECONDS)
        else:
            self.drop(open_ones, explain=fault.kind == "stream_error")

    def drop(self, connections: list[Connection], *, explain: bool) -> int:
        """X ends the streams, with or without saying so."""
        if explain:
            for connection in connections:
                connection.send(json.dumps(OPERATIONAL_DISCONNECT).encode())
        return self.streams.end(connections)
