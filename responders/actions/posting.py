"""One reply, one call. What keeps it from being two stands here; docs/posting.md tells it whole.

1. In one transaction, under the locks: look at everything again, write the attempt, commit.
2. Outside of any transaction: exactly one call that creates the post.
3. In a second transaction: what came of it.

Between 1 and 3 the worker may be killed: the attempt then stands without an outcome, and
`reconcile` looks on the network before anybody thinks of sending again.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaign.models import Account
from campaign.networks import registry
from campaign.networks.base import (
    Network,
    NetworkError,
    OutcomeUnknown,
    PostedPost,
    Rejected,
    Unreachable,
)
from campaign.prepared import Given, Prepared
from responders import pacing
from responders.actions import changes, checks, outcomes, pausing
from responders.models import Attempt, Reply

log = logging.getLogger(__name__)

#: An attempt that has no outcome after this time belongs to a dead worker: longer than a job of the
#: queue `posting` may take (settings.RQ_QUEUES), which is longer than the network's time limits.
LEASE = timedelta(seconds=90)
#: A worker that stood still for so long after it wrote the attempt down sends nothing any more.
SEND_WITHIN = timedelta(seconds=20)
#: So many of an account's due replies are looked at for one that may go.
CANDIDATES = 20
#: Seconds by which a bell may ring too early and is still waited for.
EARLY_BY = 0.2
#: What is read with a reply to send it, and to write down what came of it.
TO_SEND = ("mention", "account", "clip", "link")
#: Of those rows, what it takes: read whole, they cost as much as all the checks.
COLUMNS = (
    "mention__campaign",
    "mention__network",
    "mention__external_id",
    "mention__author_id",
    "mention__posted_at",
    "mention__status",
    "mention__claimed_at",
    "mention__replyable",
    "mention__replyable_reason",
    "account__campaign",
    "account__network",
    "clip__campaign",
    "clip__storyteller",
    "clip__brief",
    "link__slug",
)


@dataclass(frozen=True, slots=True)
class Sending:
    """What leaves, as it was written down before."""

    attempt_id: int
    reply_id: int
    text: str
    in_reply_to: str
    media_ids: tuple[str, ...]
    started_at: datetime


def post(reply_id: int, *, worker: str) -> None:
    """Post this reply if it is approved and due and nothing speaks against it; else do nothing.

    Safe to call at any time, any number of times, by any number of workers.
    """
    reply = _RUNG.first(reply=reply_id)
    if reply is not None and reply.status == Reply.Status.APPROVED:
        _post_first([reply.pk], account=reply.account, worker=worker)


def post_oldest(reply_id: int, *, worker: str) -> None:
    """The bell of one reply lets one go: of its account's, the one that waits longest.

    Bells may come in any order, replies keep theirs: the oldest approval first.
    """
    reply = _RUNG.first(reply=reply_id)
    if reply is None or pacing.waits(reply.account_id):
        return
    _wait_out(reply)
    oldest = _OLDEST.all(account=reply.account_id, at=timezone.now())
    # Its own turn comes in any case: the older ones may all wait for a film.
    in_turn = dict.fromkeys([*oldest, reply_id])
    _post_first(list(in_turn), account=reply.account, worker=worker)


_RUNG = Prepared(
    lambda: (
        Reply.objects.filter(pk=Given("reply"))
        .select_related("account")
        .only("status", "due_at", "account")
    )
)


def _oldest() -> QuerySet[Reply, int]:
    due = Reply.objects.due(at=Given("at")).filter(account=Given("account"))
    return due.order_by("approved_at").values_list("pk", flat=True)[:CANDIDATES]


_OLDEST = Prepared(_oldest)


def _wait_out(reply: Reply) -> None:
    """The rest of its hold, if that is next to nothing: clocks of two machines are never equal."""
    if reply.status != Reply.Status.APPROVED or reply.due_at is None:
        return
    rest = (reply.due_at - timezone.now()).total_seconds()
    if 0 < rest <= EARLY_BY:
        time.sleep(rest)


def _post_first(replies: list[int], *, account: Account, worker: str) -> None:
    """Post the first of them that may go."""
    if not replies:
        return
    try:
        network = registry.connect(account)
    except Rejected as refusal:
        pausing.stop_account(account, kind=refusal.kind, detail=refusal.detail)
        return
    try:
        for reply_id in replies:
            begun = _begin(reply_id, worker=worker)
            if isinstance(begun, Sending):
                finish(begun, call(begun, network))
                return
            if begun is not None and begun.whole_account:
                return
    finally:
        network.close()


def begin(reply_id: int, *, worker: str) -> Sending | None:
    """Write down that we are about to send, or why not. None: do not send."""
    begun = _begin(reply_id, worker=worker)
    return begun if isinstance(begun, Sending) else None


def _begin(reply_id: int, *, worker: str) -> Sending | checks.Wait | None:
    now = timezone.now()
    with transaction.atomic():
        reply = changes.lock(reply_id, reading=TO_SEND, columns=COLUMNS)
        if reply.status != Reply.Status.APPROVED or reply.due_at is None or reply.due_at > now:
            return None
        verdict = checks.before_sending(reply, at=now)
        if isinstance(verdict, checks.Go):
            return _write_down(reply, media_id=verdict.media_id, worker=worker)
        _hold_back(reply, verdict)
        return verdict if isinstance(verdict, checks.Wait) else None


def call(sending: Sending, network: Network) -> PostedPost | NetworkError:
    """The one call. Whatever goes wrong in it is an answer too, never a reason to call again."""
    if timezone.now() - sending.started_at > SEND_WITHIN:
        # Whoever looks for lost attempts may have given this one up already.
        return Unreachable("This worker stood still for too long, so nothing was sent.")
    try:
        return network.create_reply(
            sending.text, in_reply_to=sending.in_reply_to, media_ids=sending.media_ids
        )
    except NetworkError as error:
        return error
    except Exception as error:
        log.exception("reply %s: the call broke, so its outcome is unknown", sending.reply_id)
        return OutcomeUnknown(f"The call broke: {type(error).__name__}")


def finish(sending: Sending, result: PostedPost | NetworkError) -> None:
    """Write down what came of it, unless the attempt was given up for lost in the meantime."""
    with transaction.atomic():
        reply = changes.lock(sending.reply_id, reading=TO_SEND, columns=COLUMNS)
        attempt = _ATTEMPT.get(attempt=sending.attempt_id)
        if not attempt.outcome:
            outcomes.record(reply, attempt, result)
        elif isinstance(result, PostedPost) and reply.status in _IN_DOUBT and not reply.external_id:
            outcomes.found(attempt, external_id=result.id)
            outcomes.stands(reply, external_id=result.id, at=timezone.now(), verb="posted", by=None)
        else:
            log.warning("reply %s: a late answer changes nothing: %s", reply.pk, result)


_ATTEMPT = Prepared(
    lambda: Attempt.objects.select_for_update(of=("self",)).filter(pk=Given("attempt"))
)
_IN_DOUBT = (Reply.Status.UNKNOWN, Reply.Status.PROBLEM)


_LAST_NUMBER = Prepared(
    lambda: (
        Attempt.objects.filter(reply=Given("reply"))
        .order_by("-number")
        .values_list("number", flat=True)[:1]
    )
)


def _write_down(reply: Reply, *, media_id: str, worker: str) -> Sending:
    last = _LAST_NUMBER.first(reply=reply.pk) or 0
    request = {
        "text": reply.text,
        "in_reply_to": reply.mention.external_id,
        "media_ids": [media_id],
    }
    attempt = Attempt.objects.create(
        reply=reply,
        number=last + 1,
        worker=worker[:120],
        started_at=timezone.now(),
        request=request,
    )
    reply.status = Reply.Status.POSTING
    reply.save(update_fields=["status", "updated_at"])
    changes.note("sending", reply, before="approved", attempt=attempt.number, by=None)
    return Sending(
        attempt_id=attempt.pk,
        reply_id=reply.pk,
        text=reply.text,
        in_reply_to=reply.mention.external_id,
        media_ids=(media_id,),
        started_at=attempt.started_at,
    )


def _hold_back(reply: Reply, verdict: checks.Verdict) -> None:
    if isinstance(verdict, checks.Wait):
        if verdict.until is not None and verdict.until != reply.due_at:
            reply.due_at = verdict.until
            reply.save(update_fields=["due_at", "updated_at"])
        return
    assert isinstance(verdict, checks.Stop)  # noqa: S101  Go never comes here
    if verdict.status == Reply.Status.PROBLEM:
        outcomes.problem(reply, kind=verdict.reason, detail=verdict.detail)
        return
    if verdict.status == Reply.Status.STALE:
        changes.grow_stale(reply, reason=verdict.reason)
    else:
        outcomes.give_up(reply, kind=verdict.reason, by=None)
