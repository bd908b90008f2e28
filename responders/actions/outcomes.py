"""What becomes of a reply once an attempt to post it has ended. Each is part of a transaction in
which the reply is locked; none of them calls the network."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone

from campaign.actions import opt_outs
from campaign.models import Mention, User
from campaign.networks.base import (
    NetworkError,
    OutcomeUnknown,
    PostedPost,
    RateLimited,
    Refusal,
    Rejected,
    Unreachable,
)
from petitions.actions import links
from responders import doorbells, pacing, prices, problems, steps
from responders.actions import changes, checks, media, pausing
from responders.models import Attempt, Reply
from videos import custody
from videos.models import Clip

LONGEST_BACK_OFF = 120.0
#: Why a reply is given up although its tweet may well be answered with another.
SETS_FREE = frozenset({"consent", "clip", "taken_back"})
MOST_MEDIA_REFUSALS = 3

_PROBLEM_FIELDS = ["status", "problem", "problem_detail", "problem_at"]
_POSTED_FIELDS = ["status", "external_id", "posted_at", "problem", "problem_detail", "tries"]


def record(reply: Reply, attempt: Attempt, result: PostedPost | NetworkError) -> None:
    """Write down how the attempt ended and what the reply is now."""
    match result:
        case PostedPost():
            _posted(reply, attempt, result)
        case Rejected(kind=Refusal.DUPLICATE) | OutcomeUnknown():
            # X knows an equal post: an earlier attempt landed after all, or somebody was quicker.
            unknown(reply, attempt, words=str(result), facts=result.facts.as_json())
        case Rejected():
            _refused(reply, attempt, result)
        case RateLimited():
            _end(attempt, Attempt.Outcome.LIMITED, result.facts.as_json())
            pacing.wait_until(reply.account, result.retry_at)
            _wait(reply, until=max(result.retry_at, timezone.now() + timedelta(seconds=1)))
            changes.note("told to wait", reply, before="posting", until=reply.due_at, by=None)
        case Unreachable():
            _end(attempt, Attempt.Outcome.UNREACHABLE, result.facts.as_json())
            reply.tries = min(reply.tries + 1, 1_000)
            _wait(
                reply, until=timezone.now() + pacing.back_off(reply.tries, longest=LONGEST_BACK_OFF)
            )
            changes.note("not reached", reply, before="posting", tries=reply.tries, by=None)
        case _:
            unknown(reply, attempt, words=str(result), facts=result.facts.as_json())


def _posted(reply: Reply, attempt: Attempt, post: PostedPost) -> None:
    facts: dict[str, Any] = {"id": post.id}
    if window := post.window:
        facts["window"] = {
            "limit": window.limit,
            "remaining": window.remaining,
            "resets_at": window.resets_at.isoformat(),
        }
        if window.remaining <= 0:
            pacing.wait_until(reply.account, window.resets_at)
    _end(attempt, Attempt.Outcome.POSTED, facts, external_id=post.id)
    stands(reply, external_id=post.id, at=timezone.now(), verb="posted", by=None)


def stands(reply: Reply, *, external_id: str, at: datetime, verb: str, by: User | None) -> None:
    """The reply is on the network. From here on the mention is answered."""
    before = reply.status
    now = timezone.now()
    reply.status = Reply.Status.POSTED
    reply.external_id = external_id
    reply.posted_at = at
    reply.problem = reply.problem_detail = ""
    reply.tries = 0
    reply.save(update_fields=[*_POSTED_FIELDS, "updated_at"])
    mention = reply.mention
    mention.status = Mention.Status.ANSWERED
    mention.handled_by_id = reply.author_id
    mention.handled_at = now
    mention.claimed_until = None
    mention.save(update_fields=["status", "handled_by", "handled_at", "claimed_until"])
    if reply.clip is not None:
        Clip.objects.filter(pk=reply.clip.pk).update(used=F("used") + 1, used_at=now)
        network = {"network": reply.account.network, "id": external_id}
        custody.record(reply.clip, custody.Kind.POSTED, by=by, reply=reply.pk, **network)
    if reply.link is not None:
        cost = Decimal(prices.of(reply.account.network).reply) / 100
        spent = steps.between(reply, posted_at=at)
        links.mark_posted(reply.link, at=at, steps=spent, cost=cost)
    changes.note(verb, reply, before=before, id=external_id, by=by)


def unknown(reply: Reply, attempt: Attempt, *, words: str, facts: dict[str, Any]) -> None:
    """It may be on the network. Nothing is sent again; looking begins."""
    before = reply.status
    _end(attempt, Attempt.Outcome.UNKNOWN, facts)
    reply.status = Reply.Status.UNKNOWN
    reply.problem = ""
    reply.problem_detail = words[:1000]
    reply.problem_at = timezone.now()
    reply.save(update_fields=[*_PROBLEM_FIELDS, "updated_at"])
    changes.note("outcome unknown", reply, before=before, attempt=attempt.number, by=None)


def problem(reply: Reply, *, kind: str, detail: str) -> None:
    """Over to a person. While an earlier attempt may stand on the network, that is theirs to
    settle, whatever was said to a later one."""
    before = reply.status
    said = problems.describe(kind)
    gone = kind == Refusal.GONE
    if not (said.doubtful or said.stands) and checks.unsettled(reply):
        kind, detail = "not_found", f"{said.title} {detail}"
    reply.status = Reply.Status.PROBLEM
    reply.problem = kind
    reply.problem_detail = detail[:1000]
    if before != Reply.Status.UNKNOWN:  # a person reads since when it was in doubt
        reply.problem_at = timezone.now()
    reply.save(update_fields=[*_PROBLEM_FIELDS, "takedown", "updated_at"])
    if gone and reply.mention.status != Mention.Status.GONE:
        reply.mention.status = Mention.Status.GONE
        reply.mention.save(update_fields=["status"])
    changes.note("problem", reply, before=before, kind=kind, by=None)


def give_up(reply: Reply, *, kind: str, reason: str = "", by: User | None) -> None:
    """It does not go out. Its tweet waits for another reply, unless its author wants none. While an
    earlier attempt may stand on the network a person decides instead, and it is not sent."""
    if checks.unsettled(reply):
        problem(reply, kind="not_found", detail=reason or kind)
        return
    before = reply.status
    reply.status = Reply.Status.CANCELLED
    reply.problem = kind
    reply.save(update_fields=["status", "problem", "takedown", "updated_at"])
    if reply.mention.status == Mention.Status.ANSWERING:
        if kind == opt_outs.REASON:
            changes.dismiss(reply.mention, reason=kind)
        elif kind in SETS_FREE:
            changes.set_free(reply.mention)
    verb = "dropped" if by is None else "cancelled"
    changes.note(verb, reply, before=before, reason=reason or kind, by=by)


def _refused(reply: Reply, attempt: Attempt, refusal: Rejected) -> None:
    _end(attempt, Attempt.Outcome.REFUSED, {**refusal.facts.as_json(), "kind": refusal.kind.value})
    if refusal.kind.stops_account:
        pausing.stop_account(reply.account, kind=refusal.kind, detail=refusal.detail)
        _wait(reply, until=timezone.now())
        changes.note("account stopped", reply, before="posting", kind=refusal.kind.value, by=None)
        return
    if refusal.kind is Refusal.MEDIA_INVALID and _media_refusals(reply) < MOST_MEDIA_REFUSALS:
        if upload := media.state_for(reply):
            media.begin_anew(upload.pk)
        _wait(reply, until=timezone.now())
        changes.note("film expired", reply, before="posting", by=None)
        return
    problem(reply, kind=refusal.kind.value, detail=refusal.detail)


def _media_refusals(reply: Reply) -> int:
    refused = reply.attempts.filter(outcome=Attempt.Outcome.REFUSED)
    return refused.filter(response__kind=Refusal.MEDIA_INVALID.value).count()


def _wait(reply: Reply, *, until: datetime) -> None:
    reply.status = Reply.Status.APPROVED
    reply.due_at = until
    reply.save(update_fields=["status", "due_at", "tries", "updated_at"])
    if until > timezone.now():
        doorbells.ring(doorbells.POST, reply.pk, at=until)


def _end(
    attempt: Attempt, outcome: Attempt.Outcome, facts: dict[str, Any], *, external_id: str = ""
) -> None:
    attempt.outcome = outcome
    attempt.finished_at = timezone.now()
    attempt.response = facts
    attempt.external_id = external_id
    attempt.save(update_fields=["outcome", "finished_at", "response", "external_id"])


def found(attempt: Attempt, *, external_id: str) -> None:
    """An attempt of unknown outcome turns out to have posted. When it was given up stays."""
    attempt.outcome = Attempt.Outcome.POSTED
    attempt.external_id = external_id
    attempt.finished_at = attempt.finished_at or timezone.now()
    attempt.save(update_fields=["outcome", "finished_at", "external_id"])
