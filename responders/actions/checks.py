"""What is looked at right before a reply leaves, under its lock. The last word on whether it goes.

Rows that could change the answer are locked too, for the moment until the attempt is committed:
the account (pauses, limits) and the consent (withdrawal). Whoever pauses or withdraws therefore
knows, when they are done, that nothing further begins.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from campaign.models import Account, Mention, OptOut, Pause
from responders import pacing
from responders.actions import approval, budgets, media, pace
from responders.models import Attempt, MediaUpload, Reply
from videos.models import Clip, Consent

#: A used up budget may be raised: so soon it is looked at again, and at midnight anyway.
RAISED_WITHIN = timedelta(minutes=1)

_NO_CLAIM = (Mention.Status.DISMISSED, Mention.Status.FILTERED)
_OFF_THE_SHELF = (Clip.Status.RETIRED, Clip.Status.WITHDRAWN, Clip.Status.FAILED)


@dataclass(frozen=True, slots=True)
class Go:
    media_id: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now. Without a time it is looked at again when something changes, and by the sweep."""

    until: datetime | None = None
    whole_account: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """Not like this: a person decides (problem, stale), or it is given up (cancelled)."""

    status: Reply.Status
    reason: str
    detail: str = ""


Verdict = Go | Wait | Stop


def before_sending(reply: Reply, *, at: datetime) -> Verdict:
    """Whether this approved, due and locked reply may go now. Call it in the same transaction."""
    for check in (_still_wanted, _still_allowed, _still_as_approved, _may_go_now):
        if verdict := check(reply, at):
            return verdict
    return _film(reply)


def _still_wanted(reply: Reply, at: datetime) -> Verdict | None:  # noqa: ARG001  one shape for all
    mention = reply.mention
    others = Reply.objects.filter(mention=mention, status__in=_MAY_STAND).exclude(pk=reply.pk)
    if mention.status == Mention.Status.ANSWERED or others.exists():
        return Stop(Reply.Status.CANCELLED, "answered")
    if OptOut.objects.filter(network=mention.network, author_id=mention.author_id).exists():
        return Stop(Reply.Status.CANCELLED, "opted_out")
    if mention.status in _NO_CLAIM:
        return Stop(Reply.Status.CANCELLED, "dismissed")
    if mention.status == Mention.Status.GONE:
        return Stop(Reply.Status.PROBLEM, "gone", "We were told that the tweet is deleted.")
    return None


_MAY_STAND = (
    Reply.Status.POSTING,
    Reply.Status.POSTED,
    Reply.Status.UNKNOWN,
    Reply.Status.REMOVING,
    Reply.Status.REMOVED,
)


def _still_allowed(reply: Reply, at: datetime) -> Verdict | None:
    if reply.clip is None:
        return Stop(Reply.Status.CANCELLED, "clip")
    # The tweet's and the film's campaign are one, unless somebody moved either.
    consents: list[Consent] = []
    for campaign in {reply.mention.campaign_id, reply.clip.campaign_id}:
        valid = Consent.objects.valid(network=reply.account.network, campaign=campaign, at=at)
        theirs = valid.filter(storyteller=reply.clip.storyteller_id)
        consent = theirs.select_for_update(no_key=True, of=("self",)).first()
        if consent is None:
            return Stop(Reply.Status.CANCELLED, "consent")
        consents.append(consent)
    clips = Clip.objects.filter(pk=reply.clip.pk).allowed_by(consents)
    status = clips.values_list("status", flat=True).first()
    if status is None:
        return Stop(Reply.Status.CANCELLED, "consent")
    if status in _OFF_THE_SHELF:
        return Stop(Reply.Status.CANCELLED, "clip")
    return None if status == Clip.Status.READY else Wait()


def _still_as_approved(reply: Reply, at: datetime) -> Verdict | None:  # noqa: ARG001  one shape for all
    if approval.fingerprint(reply) != reply.fingerprint:
        return Stop(Reply.Status.STALE, "changed")
    if not reply.mention.replyable:
        return Stop(Reply.Status.PROBLEM, "not_summoned", reply.mention.replyable_reason)
    return None


def _may_go_now(reply: Reply, at: datetime) -> Verdict | None:
    accounts = Account.objects.select_related("campaign")
    account = accounts.select_for_update(no_key=True, of=("self",)).get(pk=reply.account_id)
    if account.status != Account.Status.ACTIVE or Pause.objects.covering(account).exists():
        return Wait(whole_account=True)
    if budgets.day(account, at=at).replies_left <= 0:
        return Wait(min(budgets.tomorrow(at), at + RAISED_WITHIN), whole_account=True)
    until = pace.next_at(account, at=at)
    if until is None:
        return None
    pacing.wait_until(account, until)
    return Wait(until, whole_account=True)


def _film(reply: Reply) -> Verdict:
    upload = media.state_for(reply)
    if upload is not None and media.is_ready(upload):
        return Go(upload.media_id)
    if upload is not None and upload.state == MediaUpload.State.FAILED:
        return Stop(Reply.Status.PROBLEM, "film", upload.failure)
    if reply.clip is not None:
        media.want(reply.clip, reply.account)
    return Wait()


def unsettled(reply: Reply) -> bool:
    """Whether an earlier attempt may have left a post on the network."""
    return reply.attempts.filter(outcome__in=["", Attempt.Outcome.UNKNOWN]).exists()
