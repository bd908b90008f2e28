"""After a restore: the database has forgotten what was posted since the backup was made.

Posting is paused everywhere, and what was approved has to be approved again. Then our own timeline
tells what went out meanwhile, so that no tweet is answered twice.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from campaign import audit
from campaign.models import Account, AuditEntry, Mention, Pause
from campaign.networks import registry
from campaign.networks.base import Post
from responders.actions import changes, outcomes, pausing
from responders.actions.changes import Refused
from responders.models import Reply
from responders.reasons import Reason

__all__ = ["Refused"]

VERB = "restored from a backup"
STALE_FOR = "restored"
OVERLAP = timedelta(minutes=2)
#: As many of our own posts as X lists (source: its reference of a user's posts).
MOST_POSTS = 3_200
#: Not posted as far as the backup knows, and approved: the post may be theirs.
DOUBTFUL = (
    Reply.Status.APPROVED,
    Reply.Status.BY_HAND,
    Reply.Status.STALE,
    Reply.Status.UNKNOWN,
    Reply.Status.PROBLEM,
)
#: Whoever wants to answer these would do so a second time.
OPEN = (
    Mention.Status.WAITING,
    Mention.Status.CLAIMED,
    Mention.Status.BRIEFED,
    Mention.Status.ANSWERING,
)


class Found(NamedTuple):
    """How many replies turned out to be posted, and how many tweets to be answered."""

    replies: int
    mentions: int


@transaction.atomic
def hold(made_at: datetime) -> None:
    """Nothing goes out before somebody has looked. MADE_AT: when the backup was made."""
    reason = f"Restored from the backup of {made_at:%d %b %Y, %H:%M} UTC: run catch_up first"
    try:
        with transaction.atomic():
            stop = pausing.pause(None, reason=reason, by=None)
    except Refused:
        stop = Pause.objects.active().get(campaign=None, account=None)
    audit.record(VERB, stop, after={"as_of": made_at.isoformat()}, by=None)
    for pk in Reply.objects.approved().order_by("mention_id").values_list("pk", flat=True):
        changes.grow_stale(changes.lock(pk), reason=STALE_FOR)


def restored_as_of() -> datetime | None:
    """When the backup was made that this newsroom was last restored from; None of any other."""
    last = AuditEntry.objects.filter(verb=VERB).order_by("-id").first()
    return datetime.fromisoformat(last.after["as_of"]) if last else None


def catch_up(*, since: datetime) -> Iterator[tuple[Account, Found]]:
    """For each account, settle what it has posted since. May run again, and should while mentions
    of that time still come in. Raises `NetworkError`, or `Refused` where X lists too little."""
    for account in Account.objects.active().order_by("pk"):
        posts = _own_posts(account, since=since - OVERLAP)
        if len(posts) >= MOST_POSTS:
            raise Refused(
                f"@{account.handle} has posted more than X lists ({MOST_POSTS:,}). Dismiss the "
                f"tweets from before {posts[-1].posted_at:%d %b %Y, %H:%M} UTC by hand."
            )
        yield account, _settle(account, posts)


def _own_posts(account: Account, *, since: datetime) -> list[Post]:
    network = registry.connect(account)
    try:
        return network.own_posts(since=since, limit=MOST_POSTS)
    finally:
        network.close()


def _settle(account: Account, posts: list[Post]) -> Found:
    replies = mentions = 0
    for post in sorted(posts, key=lambda post: post.posted_at):
        if post.in_reply_to:
            reply, mention = _settle_one(account, post)
            replies += reply
            mentions += mention
    return Found(replies, mentions)


@transaction.atomic
def _settle_one(account: Account, post: Post) -> tuple[bool, bool]:
    """Whether a reply, or else a mention, was settled by this post of ours."""
    mentions = Mention.objects.select_for_update(no_key=True, of=("self",))
    mention = mentions.filter(network=account.network, external_id=post.in_reply_to).first()
    if mention is None:
        return False, False
    ours = Reply.objects.filter(mention=mention, account=account)
    known = ours.filter(status__in=DOUBTFUL).values_list("pk", flat=True).first()
    if known is not None:
        reply = changes.lock(known)
        outcomes.stands(reply, external_id=post.id, at=post.posted_at, verb="found", by=None)
        return True, False
    if mention.status not in OPEN:
        return False, False
    for pk in ours.filter(status=Reply.Status.SUBMITTED).values_list("pk", flat=True):
        reply = changes.lock(pk)
        reply.status, reply.problem = Reply.Status.CANCELLED, "answered"
        reply.save(update_fields=["status", "problem", "updated_at"])
        changes.note("cancelled", reply, before="submitted", reason="answered", by=None)
    before = mention.status
    changes.dismiss(mention, reason=Reason.ELSEWHERE)
    audit.record(
        "found answered", mention, before={"status": before}, after={"id": post.id}, by=None
    )
    return False, True
