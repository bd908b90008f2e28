"""A network that does what a test tells it, and remembers what it was asked."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock

from django.utils import timezone

from campaign.models import Mention
from campaign.networks.base import (
    Author,
    IncomingPost,
    Kind,
    MediaStage,
    MediaState,
    MediaTicket,
    NetworkError,
    OutcomeUnknown,
    Page,
    Post,
    PostedPost,
    Reach,
    Refusal,
    Rejected,
    Rule,
    StreamEvent,
    Subtitles,
)
from responders.models import MediaUpload, Reply
from videos.models import Rendition

POSTED = "posted"
POSTED_UNHEARD = "posted, and the answer is lost"


@dataclass
class FakeNetwork:
    """`answers` are used up in order; without one a create succeeds, and so does a delete."""

    answers: list[str | NetworkError | Exception] = field(default_factory=list)
    delete_answers: list[Exception] = field(default_factory=list)
    timeline: list[Post] = field(default_factory=list)
    reaches: dict[str, Reach] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    hidden: bool = False
    blind: NetworkError | None = None
    account_id: str = ""
    media: list[MediaState] = field(default_factory=list)
    chunks: list[tuple[int, bytes]] = field(default_factory=list)
    subtitles: list[tuple[str, Subtitles]] = field(default_factory=list)
    upload_failures: list[NetworkError] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)
    deleted: set[str] = field(default_factory=set)
    _next: int = 9_000

    @property
    def creates(self) -> list[str]:
        return [what for call, what in self.calls if call == "create"]

    @property
    def deletes(self) -> list[str]:
        return [what for call, what in self.calls if call == "delete"]

    def create_reply(
        self, text: str, *, in_reply_to: str, media_ids: Sequence[str] = ()
    ) -> PostedPost:
        with self.lock:
            self.calls.append(("create", in_reply_to))
            answer = self.answers.pop(0) if self.answers else POSTED
            if isinstance(answer, Exception):
                raise answer
            self._next += 1
            post = Post(str(self._next), text, timezone.now(), in_reply_to=in_reply_to)
            self.timeline.insert(0, post)
            if answer == POSTED_UNHEARD:
                raise OutcomeUnknown("no answer in 20 s")
            return PostedPost(post.id, text)

    def own_posts(self, *, since: datetime, limit: int = 100) -> list[Post]:
        self.calls.append(("own_posts", ""))
        if self.blind:
            raise self.blind
        if self.hidden:
            return []
        return [post for post in self.timeline if post.posted_at >= since][:limit]

    def reach(self, post_ids: Sequence[str]) -> list[Reach]:
        self.calls += [("reach", post_id) for post_id in post_ids]
        if self.blind:
            raise self.blind
        return [self.reaches[post_id] for post_id in post_ids if post_id in self.reaches]

    def post(self, post_id: str) -> IncomingPost:
        for post in self.timeline:
            if post.id == post_id:
                return IncomingPost(
                    post.id,
                    Author(self.account_id, "us"),
                    post.text,
                    "en",
                    post.posted_at,
                    kind=Kind.REPLY,
                    in_reply_to=post.in_reply_to,
                )
        raise Rejected(Refusal.GONE, "Not Found")

    def gone(self, post_ids: Sequence[str]) -> frozenset[str]:
        self.calls.append(("gone", ",".join(post_ids)))
        if self.blind:
            raise self.blind
        return frozenset(post_ids) & self.deleted

    def upload_start(self, *, total_bytes: int, media_type: str) -> MediaTicket:
        self.calls.append(("start", str(total_bytes)))
        self._next += 1
        return MediaTicket(str(self._next), timezone.now() + timedelta(hours=24))

    def upload_append(self, media_id: str, *, index: int, chunk: bytes) -> None:
        self.calls.append(("append", str(index)))
        if self.upload_failures:
            raise self.upload_failures.pop(0)
        self.chunks.append((index, chunk))

    def upload_finish(self, media_id: str) -> MediaState:
        self.calls.append(("finish", media_id))
        return self._media(media_id)

    def media_state(self, media_id: str) -> MediaState:
        self.calls.append(("state", media_id))
        return self._media(media_id)

    def _media(self, media_id: str) -> MediaState:
        if self.media:
            return self.media.pop(0)
        return MediaState(media_id, MediaStage.SUCCEEDED)

    def add_subtitles(self, media_id: str, track: Subtitles) -> None:
        self.subtitles.append((media_id, track))

    def me(self) -> Author:
        return Author(self.account_id, "us")

    def delete_post(self, post_id: str) -> None:
        with self.lock:
            self.calls.append(("delete", post_id))
            if self.delete_answers:
                raise self.delete_answers.pop(0)
            self.timeline = [post for post in self.timeline if post.id != post_id]

    def search_recent(
        self, query: str, *, since_id: str = "", next_token: str = "", limit: int = 100
    ) -> Page:
        raise NotImplementedError

    def mentions(self, *, since_id: str = "", next_token: str = "", limit: int = 100) -> Page:
        raise NotImplementedError

    def listen_for(self, rules: Sequence[Rule]) -> None:
        raise NotImplementedError

    def stream(self, *, stop: Event) -> Iterator[StreamEvent]:
        raise NotImplementedError

    def close(self) -> None:
        """Nothing to let go of."""


def film_ready(reply: Reply, *, hours: float = 20) -> MediaUpload:
    """The reply's film stands ready on the network."""
    film = Rendition.objects.get(clip=reply.clip_id, kind=Rendition.Kind.POST)
    upload, _ = MediaUpload.objects.update_or_create(
        account=reply.account,
        sha256=film.sha256,
        defaults={
            "clip": film.clip,
            "state": MediaUpload.State.READY,
            "media_id": "7001",
            "expires_at": timezone.now() + timedelta(hours=hours),
        },
    )
    return upload


def claim(mention: Mention, reply: Reply) -> None:
    """The mention is the reply's author's, for five minutes."""
    now = timezone.now()
    Mention.objects.filter(pk=mention.pk).update(
        status=Mention.Status.CLAIMED,
        claimed_by=reply.author,
        claimed_at=now,
        claimed_until=now + timedelta(minutes=5),
    )
    mention.refresh_from_db()


def box(name: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def small_film() -> bytes:
    """The least that passes for an MP4 of one second: its boxes, and no picture."""
    header = struct.pack(">IIIII", 0, 0, 0, 1000, 1000)
    track = box(b"tkhd", struct.pack(">II", 1280 << 16, 720 << 16))
    movie = box(b"moov", box(b"mvhd", header), box(b"trak", track))
    return box(b"ftyp", b"mp42") + movie + box(b"mdat", b"nothing")
