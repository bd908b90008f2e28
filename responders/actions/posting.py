"""One reply, one call. What keeps it from being two stands here; docs/posting.md tells it whole.

1. In one transaction, under the locks: look at everything again, write the attempt, commit.
2. Outside of any transaction: exactly one call that creates the post.
3. In a second transaction: what came of it.

Between 1 and 3 the worker may be killed: the attempt then stands without an outcome, and
`reconcile` looks on the network before anybody thinks of sending again.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from campaign.models import Mention
from campaign.networks import registry
from campaign.networks.base import Network, NetworkError, OutcomeUnknown, PostedPost, Rejected
from responders.actions import changes, checks, outcomes, pausing
from responders.models import Attempt, Reply

log = logging.getLogger(__name__)

#: An attempt that has no outcome after this time belongs to a dead worker: longer than a job of the
#: queue `posting` may take (settings.RQ_QUEUES), which is longer than the network's time limits.
LEASE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Sending:
    """What leaves, as it was written down before."""

    attempt_id: int
    reply_id: int
    text: str
    in_reply_to: str
    media_ids: tuple[str, ...]


def post(reply_id: int, *, worker: str) -> None:
    """Post this reply if it is approved and due and nothing speaks against it; else do nothing.

    Safe to call at any time, any number of times, by any number of workers.
    """
    reply = Reply.objects.select_related("account").filter(pk=reply_id).first()
    if reply is None or reply.status != Reply.Status.APPROVED:
        return
    try:
        network = registry.connect(reply.account)
    except Rejected as refusal:
        pausing.stop_account(reply.account, kind=refusal.kind, detail=refusal.detail)
        return
    try:
        sending = begin(reply_id, worker=worker)
        if sending is not None:
            finish(sending, call(sending, network))
    finally:
        network.close()


def begin(reply_id: int, *, worker: str) -> Sending | None:
    """Write down that we are about to send, or why not. None: do not send."""
    now = timezone.now()
    with transaction.atomic():
        reply = changes.lock(reply_id)
        if reply.status != Reply.Status.APPROVED or reply.due_at is None or reply.due_at > now:
            return None
        verdict = checks.before_sending(reply, at=now)
        if not isinstance(verdict, checks.Go):
            _hold_back(reply, verdict)
            return None
        return _write_down(reply, media_id=verdict.media_id, worker=worker)


def call(sending: Sending, network: Network) -> PostedPost | NetworkError:
    """The one call. Whatever goes wrong in it is an answer too, never a reason to call again."""
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
        reply = changes.lock(sending.reply_id)
        attempt = reply.attempts.select_for_update(of=("self",)).get(pk=sending.attempt_id)
        if not attempt.outcome:
            outcomes.record(reply, attempt, result)
        elif isinstance(result, PostedPost) and reply.status in _IN_DOUBT and not reply.external_id:
            outcomes.found(attempt, external_id=result.id)
            outcomes.stands(reply, external_id=result.id, at=timezone.now(), verb="posted", by=None)
        else:
            log.warning("reply %s: a late answer changes nothing: %s", reply.pk, result)


_IN_DOUBT = (Reply.Status.UNKNOWN, Reply.Status.PROBLEM)


def _write_down(reply: Reply, *, media_id: str, worker: str) -> Sending:
    last = reply.attempts.aggregate(last=Max("number"))["last"] or 0
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
    doubtful = checks.unsettled(reply)
    if verdict.status == Reply.Status.CANCELLED and doubtful:
        # An earlier attempt may stand on the network: a person decides what becomes of it.
        outcomes.problem(reply, kind="not_found", detail=verdict.reason)
        return
    _give_up(reply, verdict)


def _give_up(reply: Reply, verdict: checks.Stop) -> None:
    reply.status = verdict.status
    reply.problem = verdict.reason
    reply.save(update_fields=["status", "problem", "updated_at"])
    if verdict.status == Reply.Status.CANCELLED:
        _release(reply.mention, reason=verdict.reason)
    verb = "grew stale" if verdict.status == Reply.Status.STALE else "dropped"
    changes.note(verb, reply, before="approved", reason=verdict.reason, by=None)


def _release(mention: Mention, *, reason: str) -> None:
    """Without this reply the tweet waits for another, unless its author wants none."""
    if mention.status != Mention.Status.ANSWERING:
        return
    if reason == "opted_out":
        changes.dismiss(mention, reason=reason)
    elif reason in {"consent", "clip"}:
        changes.set_free(mention)
