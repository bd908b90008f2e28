"""What the sandbox remembers: one SQLite database, in a file or in memory.

Everything runs on the server's event loop, so there is one connection and no lock.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A file of another version is thrown away: it is a sandbox.
VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    id INTEGER PRIMARY KEY, handle TEXT NOT NULL UNIQUE COLLATE NOCASE, name TEXT NOT NULL,
    lang TEXT NOT NULL, followers INTEGER NOT NULL, description TEXT NOT NULL,
    location TEXT NOT NULL, created_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY, author_id INTEGER NOT NULL REFERENCES people, text TEXT NOT NULL,
    lang TEXT NOT NULL, created_at REAL NOT NULL, visible_at REAL NOT NULL, deleted_at REAL,
    in_reply_to INTEGER, quotes INTEGER, conversation INTEGER NOT NULL, media TEXT NOT NULL,
    said TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS posts_author ON posts (author_id, id);
CREATE INDEX IF NOT EXISTS posts_said ON posts (author_id, said);
CREATE INDEX IF NOT EXISTS posts_conversation ON posts (conversation, id);
CREATE TABLE IF NOT EXISTS media (
    id INTEGER PRIMARY KEY, owner_id INTEGER NOT NULL, type TEXT NOT NULL, category TEXT NOT NULL,
    total_bytes INTEGER NOT NULL, expires_at REAL NOT NULL, finalized_at REAL, ready_at REAL,
    failure TEXT, duration_ms INTEGER, width INTEGER, height INTEGER, alt_text TEXT,
    subtitles TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS chunks (
    media_id INTEGER NOT NULL, segment INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (media_id, segment));
CREATE TABLE IF NOT EXISTS contents (media_id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS rules (
    id INTEGER PRIMARY KEY, app TEXT NOT NULL, value TEXT NOT NULL, tag TEXT NOT NULL,
    UNIQUE (app, value, tag));
CREATE TABLE IF NOT EXISTS mails (
    id INTEGER PRIMARY KEY, received_at REAL NOT NULL, sender TEXT NOT NULL,
    recipients TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a handle: an account or an invented person."""

    id: int
    handle: str
    name: str
    lang: str
    followers: int
    description: str
    location: str
    created_at: float


@dataclass(frozen=True)
class Post:
    """A tweet, a reply or a quote.

    `visible_at` is when reads begin to show it; `said` is what makes it a duplicate of another.
    """

    id: int
    author_id: int
    text: str
    lang: str
    created_at: float
    visible_at: float
    deleted_at: float | None
    in_reply_to: int | None
    quotes: int | None
    conversation: int
    media: tuple[int, ...]
    said: str


@dataclass(frozen=True)
class Media:
    """An upload, whole or not."""

    id: int
    owner_id: int
    type: str
    category: str
    total_bytes: int
    expires_at: float
    finalized_at: float | None
    ready_at: float | None
    failure: str | None
    duration_ms: int | None
    width: int | None
    height: int | None
    alt_text: str | None
    subtitles: dict[str, int]

    def state(self, *, at: float) -> str:
        """X's word for how far the processing is."""
        if self.ready_at is None:
            return "pending"
        if at < self.ready_at:
            return "in_progress"
        return "failed" if self.failure else "succeeded"


@dataclass(frozen=True)
class Rule:
    """A rule of an app's filtered stream."""

    id: int
    app: str
    value: str
    tag: str


@dataclass(frozen=True)
class Mail:
    """A message that the mail catcher took."""

    id: int
    received_at: float
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    html: str


class Store:
    """Rows in, dataclasses out. Knows no rule of X."""

    def __init__(self, path: Path | None) -> None:
        """`path` None keeps everything in memory."""
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = _opened(path)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(f"{SCHEMA} PRAGMA user_version = {VERSION};")

    def close(self) -> None:
        self._db.close()

    def _rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with closing(self._db.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def _one(self, sql: str, *values: Any) -> sqlite3.Row | None:
        rows = self._rows(sql, *values)
        return rows[0] if rows else None

    def _run(self, sql: str, *values: Any) -> int:
        with closing(self._db.execute(sql, values)) as cursor:
            return cursor.rowcount

    def greatest_id(self) -> int:
        row = self._one(
            "SELECT max((SELECT coalesce(max(id), 0) FROM posts),"
            " (SELECT coalesce(max(id), 0) FROM media)) AS id"
        )
        return int(row["id"]) if row else 0

    # People

    def save_person(self, person: Person) -> None:
        self._run(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " name = excluded.name, lang = excluded.lang, followers = excluded.followers",
            person.id, person.handle, person.name, person.lang, person.followers,
            person.description, person.location, person.created_at,
        )  # fmt: skip

    def person(self, number: int) -> Person | None:
        row = self._one("SELECT * FROM people WHERE id = ?", number)
        return Person(**dict(row)) if row else None

    def person_called(self, handle: str) -> Person | None:
        row = self._one("SELECT * FROM people WHERE handle = ?", handle)
        return Person(**dict(row)) if row else None

    # Posts

    def add_post(self, post: Post) -> None:
        self._run(
            "INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            post.id, post.author_id, post.text, post.lang, post.created_at, post.visible_at,
            post.deleted_at, post.in_reply_to, post.quotes, post.conversation,
            json.dumps(post.media), post.said,
        )  # fmt: skip

    def post(self, number: int) -> Post | None:
        """A post that was not deleted."""
        row = self._one("SELECT * FROM posts WHERE id = ? AND deleted_at IS NULL", number)
        return _post(row) if row else None

    def has_said(self, author: int, said: str, *, since: float) -> bool:
        row = self._one(
            "SELECT 1 FROM posts WHERE author_id = ? AND said = ? AND deleted_at IS NULL"
            " AND created_at > ? LIMIT 1",
            author,
            said,
            since,
        )
        return row is not None

    def delete_post(self, number: int, *, at: float) -> None:
        self._run("UPDATE posts SET deleted_at = ? WHERE id = ?", at, number)

    def newest_posts(
        self,
        *,
        at: float,
        above: int = 0,
        below: int | None = None,
        author: int | None = None,
    ) -> Iterator[Post]:
        """Newest first, those that reads show at that moment."""
        sql = "SELECT * FROM posts WHERE deleted_at IS NULL AND visible_at <= ? AND id > ?"
        values: list[Any] = [at, above]
        if below is not None:
            sql += " AND id < ?"
            values.append(below)
        if author is not None:
            sql += " AND author_id = ?"
            values.append(author)
        with closing(self._db.execute(f"{sql} ORDER BY id DESC", values)) as cursor:
            for row in cursor:
                yield _post(row)

    def ledger(self, author: int) -> list[Post]:
        """All that an account ever posted, oldest first, deleted or not."""
        rows = self._rows("SELECT * FROM posts WHERE author_id = ? ORDER BY id", author)
        return [_post(row) for row in rows]

    def conversation(self, number: int) -> list[Post]:
        """The first post and what answers it, oldest first."""
        rows = self._rows(
            "SELECT * FROM posts WHERE conversation = ? AND deleted_at IS NULL ORDER BY id", number
        )
        return [_post(row) for row in rows]

    def newest_conversations(self, *, below: int | None, limit: int) -> list[int]:
        rows = self._rows(
            "SELECT conversation, max(id) AS last FROM posts WHERE deleted_at IS NULL"
            " GROUP BY conversation HAVING last < ? ORDER BY last DESC LIMIT ?",
            below or 2**63 - 1,
            limit,
        )
        return [row["conversation"] for row in rows]

    def replies(self, post: Post) -> int:
        row = self._one(
            "SELECT count(*) AS n FROM posts WHERE conversation = ? AND in_reply_to = ?"
            " AND deleted_at IS NULL",
            post.conversation,
            post.id,
        )
        return int(row["n"]) if row else 0

    def number_of_posts(self, *, author: int) -> int:
        row = self._one(
            "SELECT count(*) AS n FROM posts WHERE author_id = ? AND deleted_at IS NULL", author
        )
        return int(row["n"]) if row else 0

    # Media

    def save_media(self, media: Media) -> None:
        self._run(
            "INSERT OR REPLACE INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            media.id, media.owner_id, media.type, media.category, media.total_bytes,
            media.expires_at, media.finalized_at, media.ready_at, media.failure,
            media.duration_ms, media.width, media.height, media.alt_text,
            json.dumps(media.subtitles),
        )  # fmt: skip

    def media(self, number: int) -> Media | None:
        row = self._one("SELECT * FROM media WHERE id = ?", number)
        if not row:
            return None
        return Media(**{**dict(row), "subtitles": json.loads(row["subtitles"])})

    def add_chunk(self, media: Media, *, segment: int, data: bytes) -> None:
        self._run("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", media.id, segment, data)

    def received(self, media: Media) -> int:
        """How many bytes of an upload are here."""
        row = self._one(
            "SELECT coalesce(sum(length(data)), 0) AS n FROM chunks WHERE media_id = ?", media.id
        )
        return int(row["n"]) if row else 0

    def join_chunks(self, media: Media) -> bytes:
        """The upload in one piece, which from now on is its content."""
        rows = self._rows("SELECT data FROM chunks WHERE media_id = ? ORDER BY segment", media.id)
        data = b"".join(row["data"] for row in rows)
        self._run("INSERT OR REPLACE INTO contents VALUES (?, ?)", media.id, data)
        self._run("DELETE FROM chunks WHERE media_id = ?", media.id)
        return data

    def content_size(self, number: int) -> int | None:
        row = self._one("SELECT length(data) AS n FROM contents WHERE media_id = ?", number)
        return int(row["n"]) if row else None

    def content(self, number: int, *, start: int, length: int) -> bytes:
        """In SQL: ``blobopen`` of Python 3.11.2, which Debian 12 has, takes no id of 64 bits."""
        row = self._one(
            "SELECT substr(data, ? + 1, ?) AS piece FROM contents WHERE media_id = ?",
            start,
            length,
            number,
        )
        return bytes(row["piece"]) if row else b""

    # Rules

    def rules(self, app: str | None = None) -> list[Rule]:
        sql = "SELECT * FROM rules"
        rows = self._rows(f"{sql} WHERE app = ? ORDER BY id", app) if app else self._rows(sql)
        return [Rule(**dict(row)) for row in rows]

    def add_rule(self, rule: Rule) -> None:
        self._run("INSERT INTO rules VALUES (?, ?, ?, ?)", rule.id, rule.app, rule.value, rule.tag)

    def delete_rule(self, number: int) -> None:
        self._run("DELETE FROM rules WHERE id = ?", number)

    # Mail

    def add_mail(self, mail: Mail) -> int:
        self._run(
            "INSERT INTO mails (received_at, sender, recipients, subject, text, html)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            mail.received_at, mail.sender, json.dumps(mail.recipients), mail.subject, mail.text,
            mail.html,
        )  # fmt: skip
        row = self._one("SELECT max(id) AS id FROM mails")
        return int(row["id"]) if row else 0

    def mail(self, number: int) -> Mail | None:
        row = self._one("SELECT * FROM mails WHERE id = ?", number)
        return _mail(row) if row else None

    def mails(self, *, limit: int) -> list[Mail]:
        """Newest first."""
        return [_mail(r) for r in self._rows("SELECT * FROM mails ORDER BY id DESC LIMIT ?", limit)]


def _opened(path: Path | None) -> sqlite3.Connection:
    if not path:
        return sqlite3.connect(":memory:", isolation_level=None)
    if path.exists():
        with closing(sqlite3.connect(path)) as old:
            (version,) = old.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
    return sqlite3.connect(path, isolation_level=None)


def _post(row: sqlite3.Row) -> Post:
    return Post(**{**dict(row), "media": tuple(json.loads(row["media"]))})


def _mail(row: sqlite3.Row) -> Mail:
    return Mail(**{**dict(row), "recipients": tuple(json.loads(row["recipients"]))})
