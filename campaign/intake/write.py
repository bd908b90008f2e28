"""Mentions into the database, a batch at a time, each post once.

Two listeners, a replay and a gap's search may write the same posts at the same moment: the unique
(network, id) decides, and rows go in by the order of their ids, so that no two batches can wait
for each other.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from campaign import live
from campaign.actions import opt_outs
from campaign.intake import bulk, filters, judging
from campaign.intake.filters import Filters, Us
from campaign.models import Account, Mention, OptOut
from campaign.networks.base import IncomingPost, Kind

log = logging.getLogger(__name__)

BATCH = 500
ANNOUNCED = 50

Row = dict[str, Any]
_BLANK = bulk.complete(Mention, {})
_KINDS = {Kind.REPLY: Mention.Kind.REPLY, Kind.QUOTE: Mention.Kind.QUOTE}


@dataclass(slots=True)
class Tally:
    """What became of the messages so far."""

    new: int = 0
    known: int = 0
    filtered: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        self.new += other.new
        self.known += other.known
        self.filtered += other.filtered
        self.skipped += other.skipped

    def __str__(self) -> str:
        words = [f"{self.new} new", f"{self.known} known already"]
        for name, counter in (("filtered", self.filtered), ("skipped", self.skipped)):
            if counter:
                detail = ", ".join(f"{reason} {count}" for reason, count in counter.most_common())
                words.append(f"{counter.total()} {name} ({detail})")
        return ", ".join(words)


def write(posts: Sequence[IncomingPost], *, account: Account) -> Tally:
    """Store the posts that are new, tell the desk once. A row that PostgreSQL refuses is skipped.

    Database trouble (`OperationalError`, `InterfaceError`) goes to the caller, who tries again.
    """
    try:
        return _write(posts, account=account)
    except (DataError, IntegrityError, ValueError) as error:
        if len(posts) == 1:
            log.warning("mention %s skipped: %s", posts[0].id, str(error).splitlines()[0])
            return Tally(skipped=Counter(refused=1))
    tally = Tally()
    half = len(posts) // 2
    for part in (posts[:half], posts[half:]):
        tally.add(write(part, account=account))
    return tally


def _write(posts: Sequence[IncomingPost], *, account: Account) -> Tally:
    received_at = timezone.now()
    with transaction.atomic():
        fresh = _fresh(posts, network=account.network)
        if not fresh:
            return Tally(known=len(posts))
        rules = _filters(fresh, account=account)
        judge = judging.of(account.campaign)
        rows = [
            _row(post, rules=rules, judge=judge, account=account, at=received_at) for post in fresh
        ]
        written = bulk.insert(Mention, rows, returning=["id", "status", "reason"])
        asked = _note_wishes(rules.wishes, account=account)
        _announce(written, account=account)
    for wish in asked:
        opt_outs.carry_out(wish, by=None)
    filtered = Counter(reason for _, status, reason in written if status == "filtered")
    return Tally(new=len(written), known=len(posts) - len(written), filtered=filtered)


def _fresh(posts: Sequence[IncomingPost], *, network: str) -> list[IncomingPost]:
    """The posts we do not have, each once, oldest first."""
    by_id = {post.id: post for post in posts}
    known = Mention.objects.filter(network=network, external_id__in=list(by_id))
    for external_id in known.values_list("external_id", flat=True):
        del by_id[external_id]
    return sorted(by_id.values(), key=lambda post: (len(post.id), post.id))


def _filters(posts: Iterable[IncomingPost], *, account: Account) -> Filters:
    """The campaign's rules with what the database knows of these authors: two queries."""
    authors = list({post.author.id for post in posts})
    refused = OptOut.objects.filter(network=account.network, author_id__in=authors)
    reasons = dict(refused.values_list("author_id", "reason"))
    rules = Filters(
        us=Us(account.external_id, account.handle),
        languages=frozenset(account.campaign.languages),
        opted_out=_having(reasons, OptOut.Reason.ASKED),
        blocked=_having(reasons, OptOut.Reason.BLOCKED),
    )
    status = Mention.Status
    present = Mention.objects.filter(
        network=account.network,
        author_id__in=authors,
        campaign=account.campaign_id,
        status__in=[status.WAITING, status.CLAIMED, status.BRIEFED, status.ANSWERING],
    )
    for author_id, text in present.values_list("author_id", "text"):
        rules.remember(author_id, text)
    return rules


def _having(reasons: dict[str, str], reason: str) -> frozenset[str]:
    return frozenset(author for author, given in reasons.items() if given == reason)


def _row(
    post: IncomingPost, *, rules: Filters, judge: judging.Judge, account: Account, at: datetime
) -> Row:
    reason = rules.judge(post)
    summons = filters.summons(post, us=rules.us)
    author = post.author
    known = judging.Known(
        text=post.text,
        lang=post.lang,
        received_at=at,
        replyable=summons.replyable,
        replyable_reason=summons.value,
        author_handle=author.handle,
        author_name=author.name,
        author_location=author.location,
        author_followers=author.followers,
    )
    return (
        _BLANK
        | judge.judge(known)
        | {
            "campaign_id": account.campaign_id,
            "account_id": account.pk,
            "network": account.network,
            "external_id": post.id,
            "author_id": author.id,
            "author_handle": author.handle,
            "author_name": author.name,
            "author_avatar": author.avatar,
            "author_followers": author.followers,
            "author_verified": author.verified,
            "author_bio": author.bio,
            "author_location": author.location,
            "author_since": author.since,
            "text": post.text,
            "lang": post.lang,
            "posted_at": post.posted_at,
            "received_at": at,
            "kind": _KINDS.get(post.kind, Mention.Kind.POST).value,
            "conversation_id": post.conversation_id,
            "in_reply_to": post.in_reply_to or post.quoted_id,
            "replyable": summons.replyable,
            "replyable_reason": summons.value,
            "sensitive": post.sensitive,
            "has_media": post.has_media,
            "raw": post.raw,
            "status": (Mention.Status.FILTERED if reason else Mention.Status.WAITING).value,
            "reason": reason.value if reason else "",
        }
    )


def _note_wishes(wishes: dict[str, str], *, account: Account) -> list[OptOut]:
    """The wishes stand with the posts that say them; what follows may be interrupted."""
    if not wishes:
        return []
    said = Mention.objects.filter(network=account.network, external_id__in=wishes)
    rows = [
        OptOut(
            channel=OptOut.Channel.WORDS,
            words=wishes[mention.external_id],
            **opt_outs.of_author(mention),
        )
        for mention in said.order_by("pk")
    ]
    OptOut.objects.bulk_create(rows, ignore_conflicts=True)
    authors = [row.author_id for row in rows]
    known = OptOut.objects.filter(network=account.network, author_id__in=authors)
    return list(known.filter(carried_out_at=None).select_related("mention"))


def _announce(written: Sequence[tuple[Any, ...]], *, account: Account) -> None:
    """One message a batch: how many joined the queue, and the newest of them by id."""
    waiting = [pk for pk, status, _ in written if status == Mention.Status.WAITING]
    if waiting:
        live.announce(
            "mention", campaign=account.campaign_id, ids=waiting[-ANNOUNCED:], new=len(waiting)
        )
