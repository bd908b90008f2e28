"""Who is answered, and who may be: each decision with its reason, none of them lost.

A filtered mention is stored like any other, so that a person can look it up and put it back.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models

from campaign.intake import wishes
from campaign.networks.base import IncomingPost, Kind

MOST_OPEN = 3
UNKNOWN_LANGUAGE = "und"

_LINK = re.compile(r"https?://\S+")


class Reason(models.TextChoices):
    """Why a mention never reaches the queue."""

    OWN = "own", "Our own post"
    REPOST = "repost", "A repost"
    OPTED_OUT = "opted_out", "Asked to be left alone"
    BLOCKED = "blocked", "Blocked by us"
    SENSITIVE = "sensitive", "Marked as sensitive by the network"
    LANGUAGE = "language", "A language that nobody here answers in"
    DUPLICATE_PERSON = "duplicate_person", "The same person, already in the queue"


class Summons(models.TextChoices):
    """Whether the network lets us reply, and why. X, since 23 February 2026: the author must have
    @mentioned the account that replies, or quoted one of its posts."""

    MENTIONED = "mentioned", "Mentioned us, so X lets us reply"
    QUOTED = "quoted", "Quoted us, so X lets us reply"
    THREAD = "thread", "Mentioned us in somebody else's conversation: X may refuse"
    NOT_SUMMONED = "not_summoned", "Did not mention us: X refuses replies by the API"

    @property
    def replyable(self) -> bool:
        return self is not Summons.NOT_SUMMONED


@dataclass(frozen=True, slots=True)
class Us:
    """The account that listens, as posts refer to it."""

    id: str
    handle: str

    def named_in(self, post: IncomingPost) -> bool:
        handle = self.handle.lower()
        if self.id in post.mentioned_ids or handle in post.mentioned_handles:
            return True
        return re.search(rf"(?<![\w@])@{re.escape(handle)}(?!\w)", post.text.lower()) is not None


def summons(post: IncomingPost, *, us: Us) -> Summons:
    if post.quoted_author_id == us.id:
        return Summons.QUOTED
    if post.in_reply_to and post.in_reply_to_author_id == us.id:
        return Summons.MENTIONED
    if not us.named_in(post):
        return Summons.NOT_SUMMONED
    elsewhere = post.kind is Kind.REPLY and post.in_reply_to_author_id not in {"", post.author.id}
    return Summons.THREAD if elsewhere else Summons.MENTIONED


@dataclass(slots=True)
class Queued:
    """What one person already has in the queue."""

    open: int = 0
    texts: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Filters:
    """The rules of one campaign for one batch; it remembers whom it let in."""

    us: Us
    languages: frozenset[str]
    opted_out: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    queued: dict[str, Queued] = field(default_factory=dict)
    wishes: dict[str, str] = field(default_factory=dict)  # by post: the words that ask for peace

    def judge(self, post: IncomingPost) -> Reason | None:
        """Why the post stays out of the queue, or None: it goes in."""
        reason = self._about_author(post) or self._about_post(post)
        if reason is None:
            self.remember(post.author.id, post.text)
        return reason

    def remember(self, author_id: str, text: str) -> None:
        """This text of theirs is in the queue, or being answered."""
        queued = self.queued.setdefault(author_id, Queued())
        queued.open += 1
        queued.texts.add(bare(text))

    def _about_author(self, post: IncomingPost) -> Reason | None:
        if post.author.id == self.us.id:
            return Reason.OWN
        if post.author.id in self.opted_out or self._asks_for_peace(post):
            return Reason.OPTED_OUT
        if post.author.id in self.blocked:
            return Reason.BLOCKED
        return None

    def _asks_for_peace(self, post: IncomingPost) -> bool:
        words = wishes.found_in(post.text) if post.kind is not Kind.REPOST else None
        if words is None:
            return False
        self.wishes[post.id] = words
        self.opted_out |= {post.author.id}
        return True

    def _about_post(self, post: IncomingPost) -> Reason | None:
        if post.kind is Kind.REPOST:
            return Reason.REPOST
        if post.sensitive:
            return Reason.SENSITIVE
        if not staffed(post.lang, self.languages) and post.lang != UNKNOWN_LANGUAGE:
            return Reason.LANGUAGE
        queued = self.queued.get(post.author.id)
        if queued and (queued.open >= MOST_OPEN or bare(post.text) in queued.texts):
            return Reason.DUPLICATE_PERSON
        return None


def staffed(lang: str, languages: Iterable[str]) -> bool:
    """`pt-BR` is answered by whoever answers in `pt`."""
    return lang in languages or lang.partition("-")[0] in languages


def bare(text: str) -> str:
    """The text without what differs between two copies: links, case, spaces."""
    return " ".join(_LINK.sub("", text).casefold().split())
