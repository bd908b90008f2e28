"""The sandbox's own ledger against the database: what was promised, and what is there."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign import audit
from campaign.models import Mention
from responders.actions import reconcile
from responders.models import Attempt, Look, Reply
from tests.chaos.promises import Promises
from tests.sandbox.server import Sandbox

#: From the attempt to the post: what a worker may stand still, and the network's time limits.
FLIGHT = timedelta(seconds=9)
#: A post that the sandbox shows late is shown by then.
SHOWN_BY = timedelta(seconds=5)
DOUBTFUL = {"not_found", "cannot_look", "not_removed"}

Post = dict[str, Any]


@dataclass
class Books:
    """What was found. Every list but the counts must be empty."""

    counts: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)  # of what came to the problems lane
    duplicates: list[str] = field(default_factory=list)
    unapproved: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.duplicates or self.unapproved or self.lost or self.untrue)


def posts_by_tweet(sandbox: Sandbox) -> dict[str, list[Post]]:
    """All that our accounts ever posted, deleted or not, by the tweet that it answers."""
    found: dict[str, list[Post]] = defaultdict(list)
    for handle in (sandbox.handle, sandbox.second["handle"]):
        for post in sandbox.ledger(handle):
            found[post["in_reply_to"]].append(post)
    return found


def unheard(sandbox: Sandbox) -> set[str]:
    """What was said to us and nobody here wrote down."""
    ours = {sandbox.handle, sandbox.second["handle"]}
    said = {
        post["id"]
        for post in sandbox.posts()
        if post["handle"] not in ours and any(f"@{handle}" in post["text"] for handle in ours)
    }
    return said - set(Mention.objects.values_list("external_id", flat=True))


def check_problems(sandbox: Sandbox, books: Books) -> None:
    """Before the lane is settled: does its evidence say what is true?"""
    posts = posts_by_tweet(sandbox)
    problems = Reply.objects.filter(status=Reply.Status.PROBLEM)
    for reply in problems.select_related("mention").prefetch_related("attempts__looks"):
        books.counts["problems"] += 1
        books.causes[reply.problem] += 1
        there = posts[reply.mention.external_id]
        if reply.problem == "not_found" and not _is_shown(reply):
            books.untrue.append(f"{reply.pk}: no evidence that it is not there")
        if reply.problem not in DOUBTFUL and there:
            books.untrue.append(f"{reply.pk}: {reply.problem}, yet it is there")


def compare(sandbox: Sandbox, promises: Promises, books: Books) -> Books:
    """After the lane is settled: row by row."""
    posts = posts_by_tweet(sandbox)
    sent = Counter(
        entry["body"]["reply"]["in_reply_to_tweet_id"]
        for entry in sandbox.requests("POST", "/2/tweets")
        if entry["body"]
    )
    replies = Reply.objects.select_related("mention", "clip").order_by("pk")
    for reply in replies.prefetch_related("attempts__looks"):
        tweet = reply.mention.external_id
        theirs = posts.pop(tweet, [])
        _compare_ends(reply, theirs, promises, books)
        _compare_promises(reply, theirs, promises, books)
        _compare_attempts(reply, theirs, books, sent=sent[tweet])
    books.lost += [f"a post to {tweet} that nobody here knows" for tweet in posts]
    books.lost += [f"nobody here heard {tweet}" for tweet in unheard(sandbox)]
    _compare_pauses(promises, books)
    audit.seal()
    if entry := audit.first_break():
        books.untrue.append(f"the audit log breaks at entry {entry.pk}")
    return books


def _is_shown(reply: Reply) -> bool:
    """An attempt in doubt, and all the looks that it is worth: or a word that we sent no more."""
    doubtful = [one for one in reply.attempts.all() if one.outcome == Attempt.Outcome.UNKNOWN]
    clear = [sum(not look.failure for look in one.looks.all()) for one in doubtful]
    whole = max(clear, default=0) >= len(reconcile.LOOKS_AFTER)
    return bool(doubtful) and (whole or bool(reply.problem_detail))


def _compare_ends(reply: Reply, posts: list[Post], promises: Promises, books: Books) -> None:
    """Posted once, or given up for a cause that is true, or taken down because it had to be."""
    books.counts[reply.status] += 1
    if len(posts) > 1:
        books.duplicates.append(f"{reply.pk}: {[post['id'] for post in posts]}")
    ids = [post["id"] for post in posts]
    standing = [post["id"] for post in posts if post["deleted_at"] is None]
    off = promises.must_be_off(reply)
    right = {
        Reply.Status.POSTED: standing == [reply.external_id] and not off,
        Reply.Status.REMOVED: not standing and ids == [reply.external_id] and off,
        Reply.Status.CANCELLED: not posts and promises.explain(reply),
        # Never approved, or taken back and refused since: nothing of it may be there.
        Reply.Status.DRAFT: not posts and promises.may_not_go(reply),
    }
    if not right.get(Reply.Status(reply.status), False):
        told = f"{reply.status} {reply.problem}, to be off: {off}"
        books.lost.append(f"{reply.pk} ({told}): the ledger has {posts}")


def _compare_promises(reply: Reply, posts: list[Post], promises: Promises, books: Books) -> None:
    for post in posts:
        if post["text"] not in promises.approved.get(reply.pk, set()):
            books.unapproved.append(f"{reply.pk}: nobody approved “{post['text']}”")
    over = {
        "consent withdrawn": promises.withdrawn_at(reply),
        "left alone": promises.left_alone_at(reply),
    }
    for what, since in over.items():
        begun = [one for one in reply.attempts.all() if since and one.started_at > since]
        books.unapproved += [f"{one}: begun after {what} at {since}" for one in begun]


def _compare_attempts(reply: Reply, posts: list[Post], books: Books, *, sent: int) -> None:
    """Each post is one attempt's, each request too, and no look overlooked what was there."""
    attempts = list(reply.attempts.all())
    posted = {one.external_id: one for one in attempts if one.external_id}
    if set(posted) != {post["id"] for post in posts}:
        books.untrue.append(f"{reply.pk}: attempts say {list(posted)}, the ledger {posts}")
    if sent > len(attempts):
        books.duplicates.append(f"{reply.pk}: {sent} requests for {len(attempts)} attempts")
    books.untrue += [f"{one}: it never ended" for one in attempts if not one.outcome]
    for post in posts:
        at = datetime.fromtimestamp(post["created_at"], UTC)
        attempt = posted.get(post["id"])
        if attempt and at > attempt.started_at + FLIGHT:
            books.unapproved.append(f"{attempt}: begun {attempt.started_at}, posted {at}")
        looks = [look for one in attempts for look in one.looks.all()]
        books.untrue += [f"{look}: it was there" for look in looks if _overlooked(look, at=at)]


def _overlooked(look: Look, *, at: datetime) -> bool:
    return not look.failure and not look.found_id and look.at > at + SHOWN_BY


def _compare_pauses(promises: Promises, books: Books) -> None:
    """No attempt began between a pause's confirmation and its end."""
    for accounts, began, ended in promises.pauses:
        broke = Attempt.objects.filter(
            reply__account__in=accounts, started_at__gt=began, started_at__lt=ended
        )
        books.unapproved += [f"{one}: begun in a pause" for one in broke]
