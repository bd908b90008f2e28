"""The port to a social network: what the newsroom asks of one, in the newsroom's own words.

An adapter (`campaign.networks.x` is the first) keeps these promises:

- it never repeats a request that creates something, at any layer: one call, at most one request;
- every call ends within its timeouts;
- every failure is one of four errors, and each says whether the post may exist (see below);
- ids are texts, times are aware and in UTC;
- no error, log line or `Facts` carries a credential.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any, Protocol


class Kind(enum.StrEnum):
    """What a post is to the posts around it."""

    POST = "post"
    REPLY = "reply"
    QUOTE = "quote"
    REPOST = "repost"


@dataclass(frozen=True, slots=True)
class Author:
    """A person on the network, as the network described them with their post."""

    id: str
    handle: str
    name: str = ""
    avatar: str = ""
    followers: int | None = None
    verified: bool = False
    bio: str = ""
    location: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncomingPost:
    """Somebody's post, with what intake needs to decide what becomes of it."""

    id: str
    author: Author
    text: str
    lang: str
    posted_at: datetime
    kind: Kind = Kind.POST
    conversation_id: str = ""
    in_reply_to: str = ""
    in_reply_to_author_id: str = ""
    quoted_id: str = ""
    quoted_author_id: str = ""
    mentioned_ids: frozenset[str] = frozenset()
    mentioned_handles: frozenset[str] = frozenset()  # lower case, without the @
    sensitive: bool = False
    has_media: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Post:
    """One of our own posts, as our timeline shows it; `in_reply_to` is "" if it answers nobody.

    `links` are the addresses that it leads to, behind the network's short ones.
    """

    id: str
    text: str
    posted_at: datetime
    in_reply_to: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one of our posts went, as its network counts; None where it does not say.

    `shares` are reposts and quotes together.
    """

    post_id: str
    views: int | None = None
    shares: int | None = None


@dataclass(frozen=True, slots=True)
class RateWindow:
    """How many calls of a kind are left until the window opens anew."""

    limit: int
    remaining: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class PostedPost:
    id: str
    text: str
    window: RateWindow | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of found posts. `newest_id` is the network's own word for where to go on later."""

    posts: Sequence[IncomingPost]
    newest_id: str = ""
    next_token: str = ""
    refused: int = 0  # posts on the page that could not be read
    window: RateWindow | None = None


@dataclass(frozen=True, slots=True)
class Subtitles:
    """One track of captions: a language as BCP 47 has it ("ar"), its own name, and an SRT file."""

    language: str
    name: str
    srt: bytes


class MediaStage(enum.StrEnum):
    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MediaTicket:
    media_id: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MediaState:
    """How far the network is with a video. `check_after` is in seconds, `progress` in percent.

    `expires_at` is None where the network did not say it again: keep what was known before.
    """

    media_id: str
    state: MediaStage
    check_after: float = 0.0
    expires_at: datetime | None = None
    progress: int | None = None
    error: str = ""

    @property
    def ready(self) -> bool:
        return self.state is MediaStage.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that the stream listens for; the tag says whose rule it is."""

    value: str
    tag: str
    id: str = ""


# What a stream yields -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connected:
    """The stream is open (again). Posts made before this moment may have been missed."""


@dataclass(frozen=True, slots=True)
class Arrived:
    post: IncomingPost


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The network is alive and has nothing to say."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A message that could not be read: counted, logged by its reason, never fatal."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The stream broke; the adapter tries again by itself after `retry_in` seconds."""

    reason: str
    retry_in: float


StreamEvent = Connected | Arrived | Heartbeat | Skipped | Lost


# How a call fails -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Facts:
    """The evidence of a call, safe to store and to show: it never holds a credential."""

    method: str = ""
    path: str = ""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "headers": dict(self.headers),
            "body": self.body,
            "error": self.error,
        }


class Refusal(enum.StrEnum):
    """Why the network said no, for good. Its own words are in `Rejected.detail`."""

    DUPLICATE = "duplicate"
    NOT_SUMMONED = "not_summoned"
    GONE = "gone"
    BLOCKED = "blocked"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    MEDIA_INVALID = "media_invalid"
    CREDITS = "credits"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REFUSED = "refused"

    @property
    def stops_account(self) -> bool:
        """No other post of this account can succeed either, until a person has mended it."""
        return self in {Refusal.CREDITS, Refusal.REVOKED, Refusal.SUSPENDED}


class NetworkError(Exception):
    """A call failed. `facts` is what is known of it."""

    def __init__(self, message: str, *, facts: Facts | None = None) -> None:
        super().__init__(message)
        self.facts = facts or Facts()


class Rejected(NetworkError):
    """The network understood and refused. Nothing was done, and a repetition would not help.

    One exception to "nothing was done": a `DUPLICATE` says that an earlier, equal post exists.
    """

    def __init__(self, kind: Refusal, detail: str, *, facts: Facts | None = None) -> None:
        super().__init__(detail, facts=facts)
        self.kind = kind
        self.detail = detail


class RateLimited(NetworkError):
    """Too many calls. Nothing was done; the same call may be made from `retry_at` on."""

    def __init__(self, retry_at: datetime, *, facts: Facts | None = None) -> None:
        super().__init__(f"rate limited until {retry_at:%H:%M:%S} UTC", facts=facts)
        self.retry_at = retry_at


class Unreachable(NetworkError):
    """No connection was made (name, connect, TLS): nothing left this machine."""


class OutcomeUnknown(NetworkError):
    """The request may have left and no usable answer came. The thing asked for may exist.

    After a create: never repeat it, look for the post first. After a read it means "no answer".
    """


class Network(Protocol):
    """One account's connection to its network. Not to be shared between threads."""

    def me(self) -> Author:
        """Whose credentials these are."""
        ...

    def create_reply(
        self, text: str, *, in_reply_to: str, media_ids: Sequence[str] = ()
    ) -> PostedPost:
        """Exactly one request, never a second, whatever happens."""
        ...

    def delete_post(self, post_id: str) -> None:
        """A post that is gone already counts as deleted."""
        ...

    def own_posts(self, *, since: datetime, limit: int = 100) -> list[Post]:
        """Our own posts since then, newest first, at most `limit`."""
        ...

    def reach(self, post_ids: Sequence[str]) -> list[Reach]:
        """Of at most 100 posts, in one request; those that are gone are left out."""
        ...

    def post(self, post_id: str) -> IncomingPost:
        """One post; `Rejected` as `GONE` if deleted, as `BLOCKED` if we may not see it."""
        ...

    def gone(self, post_ids: Sequence[str]) -> frozenset[str]:
        """Which of these posts (at most 100) are deleted or may not be shown any more."""
        ...

    def upload_start(self, *, total_bytes: int, media_type: str) -> MediaTicket: ...

    def upload_append(self, media_id: str, *, index: int, chunk: bytes) -> None:
        """Chunks of at most 1 MiB, numbered from 0. The same index may be sent again."""
        ...

    def upload_finish(self, media_id: str) -> MediaState: ...

    def media_state(self, media_id: str) -> MediaState: ...

    def add_subtitles(self, media_id: str, track: Subtitles) -> None:
        """Give a film that is ready a track of captions. Safe to repeat: a language has one."""
        ...

    def search_recent(
        self, query: str, *, since_id: str = "", next_token: str = "", limit: int = 100
    ) -> Page:
        """Posts of the last days, newest first."""
        ...

    def mentions(self, *, since_id: str = "", next_token: str = "", limit: int = 100) -> Page:
        """Posts that @mention the account, newest first."""
        ...

    def listen_for(self, rules: Sequence[Rule]) -> None:
        """Make the rules of these tags exactly these; rules of other tags are left alone."""
        ...

    def stream(self, *, stop: Event) -> Iterator[StreamEvent]:
        """What happens on the stream, for ever: it reconnects by itself, and ends on `stop`."""
        ...

    def close(self) -> None:
        """Let go of open connections."""
        ...
