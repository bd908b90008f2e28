"""What became of replies whose outcome nobody knows: asked of our own timeline, then of a person.

Nothing here sends anything. Several looks, further and further apart, each written down; a reply
of ours to that tweet settles it. When the last look finds nothing, a person decides.
"""

import logging
import re
from datetime import timedelta

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from campaign import live
from campaign.models import Account, Mention, User
from campaign.networks import registry
from campaign.networks.base import IncomingPost, NetworkError, Post, Refusal, Rejected
from responders import doorbells, problems
from responders.actions import approval, changes, media, outcomes, posting
from responders.actions.changes import Refused
from responders.models import Attempt, Look, Reply

__all__ = ["Refused"]

log = logging.getLogger(__name__)

#: Seconds after an attempt was lost at which we look; a failed look is made again later.
LOOKS_AFTER = (5, 20, 60, 180)
#: So many failed looks in all, and it goes to a person unseen.
MOST_FAILURES = 8
#: The network's clock and ours may differ by so much.
OVERLAP = timedelta(minutes=2)
#: More posts of ours than this in the time, and a look can no longer say "not there".
MOST_POSTS = 500
#: Why a reply was cancelled that was not found, and its tweet dismissed.
GIVEN_UP = "given_up"
AGAIN_AFTER_FAILURE = timedelta(seconds=30)


class NotOurs(Refused):
    """The post behind the link is not our reply to this tweet."""


class CannotLook(Refused):
    """The network could not be asked just now."""


class ItIsThere(Refused):
    """A last look found the reply: nothing was sent."""


def adopt_lost() -> int:
    """Attempts that a dead worker left without an outcome become unknown. Returns how many."""
    before = timezone.now() - posting.LEASE
    lost = Attempt.objects.filter(outcome="", started_at__lt=before).values_list("pk", "reply_id")
    return sum(_adopt(attempt, reply) for attempt, reply in list(lost[:200]))


def due_accounts() -> list[int]:
    """Accounts with an unknown reply at which it is time to look."""
    return sorted({attempt.reply.account_id for attempt in _unknown() if _is_due(attempt)})


def look(account_id: int) -> int:
    """Look once for all of the account's lost replies that are due. Returns how many were found."""
    due = [attempt for attempt in _unknown().filter(reply__account=account_id) if _is_due(attempt)]
    if not due:
        return 0
    account = Account.objects.get(pk=account_id)
    try:
        posts = _own_posts(account, due)
    except NetworkError as error:
        for attempt in due:
            _note_look(attempt, failure=str(error)[:200])
        return 0
    return sum(_settle(attempt, posts) for attempt in due)


def it_is_there(reply: Reply, *, link: str, by: User) -> Reply:
    """A person found the post: checked on the network, then the reply counts as posted.

    Raises `Refused`: `NotOurs` when the link is of something else, `CannotLook` when X did not
    answer, `Settled` when the reply needs no help any more.
    """
    _check_open(reply)
    post = our_answer(reply, link=link)
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        _check_open(reply)
        last = reply.attempts.filter(outcome=Attempt.Outcome.UNKNOWN).last()
        if last is not None:
            outcomes.found(last, external_id=post.id)
        outcomes.stands(reply, external_id=post.id, at=post.posted_at, verb="pointed to", by=by)
    return reply


def our_answer(reply: Reply, *, link: str) -> IncomingPost:
    """The post behind a pasted link, if it is ours and answers (or quotes) this very tweet.

    Raises `NotOurs`, or `CannotLook` when the network did not tell. Changes nothing.
    """
    post_id = _id_in(link)
    network = registry.connect(reply.account)
    try:
        post = network.post(post_id)
    except Rejected as refusal:
        if refusal.kind in {Refusal.GONE, Refusal.BLOCKED, Refusal.REFUSED}:
            raise NotOurs("There is no such post on X. Nothing was changed.") from refusal
        raise CannotLook(f"X did not let us look: {refusal.detail}") from refusal
    except NetworkError as error:
        raise CannotLook("X did not answer. Nothing was changed; try again.") from error
    finally:
        network.close()
    if post.author.id != reply.account.external_id:
        raise NotOurs(f"That post is not from @{reply.account.handle}.")
    if reply.mention.external_id not in {post.in_reply_to, post.quoted_id}:
        raise NotOurs("That post does not answer this tweet.")
    return post


def post_again(reply: Reply, *, by: User) -> Reply:
    """A person is sure that it is not there: it may go once more, as it was approved.

    One last look comes first, where looking is possible; a film that was the problem is uploaded
    anew. Raises `Refused`: `ItIsThere`, `CannotLook`, `approval.Changed`, `approval.Settled`.
    """
    _check_again(reply)
    if problems.describe(reply.problem).doubtful:
        _last_look(reply)
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        _check_again(reply)
        if approval.fingerprint(reply) != reply.fingerprint:
            raise approval.Changed("Text, film or consent changed since it was approved.")
        if reply.mention.status == Mention.Status.GONE:
            raise approval.Settled("The tweet was deleted by its author.")
        if problems.describe(reply.problem).film and (upload := media.state_for(reply)):
            media.begin_anew(upload.pk)
        _send_again(reply, verb="to be posted again", by=by)
    return reply


def give_up(reply: Reply, *, by: User) -> Reply:
    """A person lets a reply go that was not found. Its tweet gets no other: it may stand after all.

    One last look comes first. Raises `Refused`: `ItIsThere`, `CannotLook`, `approval.Settled`.
    """
    _check_given_up(reply)
    _last_look(reply)
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        _check_given_up(reply)
        reply.status = Reply.Status.CANCELLED
        reply.problem = GIVEN_UP
        reply.save(update_fields=["status", "problem", "updated_at"])
        if reply.mention.status == Mention.Status.ANSWERING:
            changes.dismiss(reply.mention, reason=GIVEN_UP)
        changes.note("cancelled", reply, before="problem", reason=GIVEN_UP, by=by)
    return reply


def _check_given_up(reply: Reply) -> None:
    if reply.status == Reply.Status.UNKNOWN:
        raise approval.Settled("We are still looking for it. Wait for the last look.")
    _check_open(reply)
    if not problems.describe(reply.problem).doubtful:
        raise approval.Settled("Nothing of it can be on X: drop the reply.")


def _unknown() -> QuerySet[Attempt]:
    """Lost attempts of the replies that are in doubt, with their looks."""
    return (
        Attempt.objects.filter(outcome=Attempt.Outcome.UNKNOWN, reply__status=Reply.Status.UNKNOWN)
        .select_related("reply__mention", "reply__link")
        .order_by("reply", "-number")
        .prefetch_related("looks")
    )


def _is_due(attempt: Attempt) -> bool:
    now = timezone.now()
    looks = list(attempt.looks.all())
    clear = [one for one in looks if not one.failure]
    if looks and looks[-1].failure:
        return now >= looks[-1].at + AGAIN_AFTER_FAILURE
    if attempt.finished_at is None or len(clear) >= len(LOOKS_AFTER):
        return False
    return now >= attempt.finished_at + timedelta(seconds=LOOKS_AFTER[len(clear)])


def _adopt(attempt_id: int, reply_id: int) -> bool:
    with transaction.atomic():
        reply = changes.lock(reply_id)
        attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=attempt_id)
        if attempt.outcome or reply.status != Reply.Status.POSTING:
            return False
        words = "The worker that sent it ended before it could write the answer down."
        outcomes.unknown(reply, attempt, words=words, facts={"error": words, "lost_worker": True})
    log.warning("reply %s: its worker %s was lost; looking for the post", reply_id, attempt.worker)
    return True


def _own_posts(account: Account, attempts: list[Attempt]) -> list[Post]:
    """Ours since the first attempt of any of these. Raises `NetworkError`."""
    replies = [attempt.reply_id for attempt in attempts]
    first = Attempt.objects.filter(reply__in=replies).aggregate(at=Min("started_at"))["at"]
    network = registry.connect(account)
    try:
        posts = network.own_posts(since=first - OVERLAP, limit=MOST_POSTS)
    finally:
        network.close()
    return posts


def _settle(attempt: Attempt, posts: list[Post]) -> bool:
    """Write the look down, and what follows from it. True if the reply was found."""
    ours = _ours(attempt.reply, posts)
    failure = ""
    if ours is None and len(posts) >= MOST_POSTS:
        failure = f"More than {MOST_POSTS} posts of ours since then: not all could be seen."
    _note_look(attempt, posts_seen=len(posts), found=ours, failure=failure)
    return ours is not None


def _ours(reply: Reply, posts: list[Post]) -> Post | None:
    """Our answer to its tweet; of several the one with its link, since a person may answer too."""
    answers = [post for post in posts if post.in_reply_to == reply.mention.external_id]
    slug = reply.link.slug if reply.link else ""
    with_link = [post for post in answers if slug and any(slug in link for link in post.links)]
    return next(iter(with_link or answers), None)


def _note_look(
    attempt: Attempt, *, posts_seen: int | None = None, found: Post | None = None, failure: str = ""
) -> None:
    with transaction.atomic():
        reply = changes.lock(attempt.reply_id)
        if reply.status != Reply.Status.UNKNOWN:
            return
        Look.objects.create(
            attempt=attempt,
            at=timezone.now(),
            posts_seen=posts_seen,
            found_id=found.id if found else "",
            failure=failure,
        )
        if found is not None:
            outcomes.found(attempt, external_id=found.id)
            outcomes.stands(reply, external_id=found.id, at=found.posted_at, verb="found", by=None)
            return
        clear = attempt.looks.filter(failure="").count()
        if clear >= len(LOOKS_AFTER):
            _not_there(reply)
        elif attempt.looks.exclude(failure="").count() >= MOST_FAILURES:
            outcomes.problem(reply, kind="cannot_look", detail=failure)
        else:
            live.announce("reply", campaign=reply.mention.campaign_id, ids=[reply.pk])


def _not_there(reply: Reply) -> None:
    """After the last clear look: once more by itself where the campaign says so, else a person."""
    lost = reply.attempts.filter(outcome=Attempt.Outcome.UNKNOWN).count()
    if not reply.mention.campaign.post_again_by_itself or lost > 1:
        outcomes.problem(reply, kind="not_found", detail=reply.problem_detail)
        return
    _send_again(reply, verb="to be posted again by itself", by=None)


def _send_again(reply: Reply, *, verb: str, by: User | None) -> None:
    """As it was approved; the checks before sending have the last word."""
    before = reply.status
    reply.status = Reply.Status.APPROVED
    reply.due_at = timezone.now()
    reply.problem = reply.problem_detail = ""
    reply.tries = 0
    reply.save(
        update_fields=["status", "due_at", "problem", "problem_detail", "tries", "updated_at"]
    )
    doorbells.ring(doorbells.POST, reply.pk)
    changes.note(verb, reply, before=before, by=by)


def _last_look(reply: Reply) -> None:
    """Before anything is sent twice. Raises `ItIsThere`, having settled it, or `CannotLook`."""
    attempt = reply.attempts.filter(outcome=Attempt.Outcome.UNKNOWN).last()
    if attempt is None:
        return
    try:
        posts = _own_posts(reply.account, [attempt])
    except NetworkError as error:
        if reply.problem == "cannot_look":
            return  # the person was told that we cannot see, and has looked with their own eyes
        raise CannotLook("X did not let us look once more. Nothing was sent; try again.") from error
    ours = _ours(reply, posts)
    if ours is None:
        return
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        if reply.status == Reply.Status.PROBLEM:
            outcomes.found(attempt, external_id=ours.id)
            outcomes.stands(reply, external_id=ours.id, at=ours.posted_at, verb="found", by=None)
    raise ItIsThere("A last look found it on X. Nothing was sent again.")


def _check_open(reply: Reply) -> None:
    if reply.status not in {Reply.Status.UNKNOWN, Reply.Status.PROBLEM}:
        raise approval.Settled("This reply needs no help any more.")
    _check_not_posted(reply)


def _check_again(reply: Reply) -> None:
    if reply.status == Reply.Status.UNKNOWN:
        raise approval.Settled("We are still looking for it. Wait for the last look.")
    if reply.status != Reply.Status.PROBLEM:
        raise approval.Settled("This reply needs no help any more.")
    _check_not_posted(reply)
    if problems.describe(reply.problem).for_good:
        raise approval.Settled("X refused it for good: a second try cannot help.")


def _check_not_posted(reply: Reply) -> None:
    """A reply that we could not take down is a problem too, and not one to be posted again."""
    if reply.external_id:
        raise approval.Settled("It is on X. What failed is taking it down.")


def _id_in(link: str) -> str:
    """The post's id in a link as X writes it, or the bare id."""
    match = re.fullmatch(r"(?:https?://\S+/status(?:es)?/)?(\d{1,19})(?:[/?#]\S*)?", link.strip())
    if match is None:
        raise NotOurs("Paste the link of the post itself: it has /status/ and a number in it.")
    return match[1]
