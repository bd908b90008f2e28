"""The sandbox's own ledger against the database: what was promised, and what is there."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from campaign import audit
from responders.models import Attempt, Reply
from tests.chaos.monkey import Promises
from tests.sandbox.server import Sandbox

#: A call that had begun when a promise was made may still arrive: twice the network's time limit.
FLIGHT = timedelta(seconds=4)
GONE = (Reply.Status.REMOVING, Reply.Status.REMOVED)


@dataclass
class Books:
    """What was found. Every list but the counts must be empty."""

    counts: Counter[str] = field(default_factory=Counter)
    duplicates: list[str] = field(default_factory=list)
    unapproved: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.duplicates or self.unapproved or self.lost or self.untrue)


def posts_by_tweet(sandbox: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """All that our accounts ever posted, deleted or not, by the tweet that it answers."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for handle in (sandbox.handle, sandbox.second["handle"]):
        for post in sandbox.ledger(handle):
            found[post["in_reply_to"]].append(post)
    return found


def check_problems(sandbox: Sandbox, books: Books) -> None:
    """Before the lane is settled: does its evidence say what is true?"""
    posts = posts_by_tweet(sandbox)
    problems = Reply.objects.filter(status=Reply.Status.PROBLEM)
    for reply in problems.select_related("mention").prefetch_related("attempts__looks"):
        books.counts["problems"] += 1
        there = posts[reply.mention.external_id]
        looked = [look for one in reply.attempts.all() for look in one.looks.all()]
        if reply.problem == "not_found" and not looked and not reply.problem_detail:
            books.untrue.append(f"{reply.pk}: no evidence that it is not there")
        if reply.problem not in {"not_found", "cannot_look", "not_removed"} and there:
            books.untrue.append(f"{reply.pk}: {reply.problem}, yet it is there")


def compare(sandbox: Sandbox, promises: Promises, books: Books) -> Books:
    """After the lane is settled: row by row."""
    posts = posts_by_tweet(sandbox)
    replies = Reply.objects.select_related("mention", "clip").order_by("pk")
    for reply in replies:
        _compare_one(reply, posts.pop(reply.mention.external_id, []), promises, books)
    books.lost += [f"a post to {tweet} that nobody here knows" for tweet in posts]
    _compare_pauses(promises, books)
    audit.seal()
    if entry := audit.first_break():
        books.untrue.append(f"the audit log breaks at entry {entry.pk}")
    return books


def _compare_one(
    reply: Reply, posts: list[dict[str, Any]], promises: Promises, books: Books
) -> None:
    if len(posts) > 1:
        books.duplicates.append(f"{reply.pk}: {[post['id'] for post in posts]}")
    for post in posts:
        _compare_promises(reply, post, promises, books)
    wrong = _what_is_wrong(reply, posts)
    books.counts[reply.status] += 1
    if wrong:
        books.lost.append(f"{reply.pk} ({reply.status} {reply.problem}): {wrong}, ledger {posts}")


def _what_is_wrong(reply: Reply, posts: list[dict[str, Any]]) -> str:
    """Whether its end is one of those that there are, and the ledger agrees."""
    ids = [post["id"] for post in posts]
    standing = [post["id"] for post in posts if post["deleted_at"] is None]
    right = {
        Reply.Status.POSTED: standing == [reply.external_id],
        Reply.Status.REMOVED: not standing and ids == [reply.external_id],
        Reply.Status.CANCELLED: not posts and bool(reply.problem),
        # Never approved, or taken back and refused since: nothing of it may be there.
        Reply.Status.DRAFT: not posts,
    }
    if reply.status not in right:
        return "it came to no end"
    return "" if right[Reply.Status(reply.status)] else "the ledger says otherwise"


def _compare_promises(reply: Reply, post: dict[str, Any], promises: Promises, books: Books) -> None:
    at = datetime.fromtimestamp(post["created_at"], reply.created_at.tzinfo)
    if post["text"] not in promises.approved.get(reply.pk, set()):
        books.unapproved.append(f"{reply.pk}: nobody approved “{post['text']}”")
    over = {
        "consent withdrawn": promises.withdrawn.get(reply.clip.storyteller_id)
        if reply.clip
        else None,
        "left alone": promises.left_alone.get(reply.mention.author_id),
    }
    for what, since in over.items():
        if since is None:
            continue
        begun = reply.attempts.filter(started_at__gt=since).exclude(
            outcome=Attempt.Outcome.UNREACHABLE
        )
        if at > since + FLIGHT or begun.exists():
            books.unapproved.append(f"{reply.pk}: {what} at {since}, posted at {at}")


def _compare_pauses(promises: Promises, books: Books) -> None:
    """No attempt began between a pause's confirmation and its end."""
    for accounts, began, ended in promises.pauses:
        broke: Iterable[Attempt] = Attempt.objects.filter(
            reply__account__in=accounts, started_at__gt=began, started_at__lt=ended
        )
        books.unapproved += [f"{one}: begun in a pause" for one in broke]
