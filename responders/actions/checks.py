"""What is looked at right before a reply leaves, under its lock. The last word on whether it goes.

Rows that could change the answer are locked too, for the moment until the attempt is committed:
the account (pauses, limits) and the consent (withdrawal). Whoever pauses or withdraws therefore
knows, when they are done, that nothing further begins.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BooleanField, Q

from campaign.models import Account, Mention, OptOut, Pause
from campaign.prepared import Given, Prepared
from responders import pacing
from responders.actions import approval, budgets, media, pace
from responders.models import Attempt, MediaUpload, Reply
from videos.models import Clip, Consent

#: A used up budget may be raised: so soon it is looked at again, and at midnight anyway.
RAISED_WITHIN = timedelta(minutes=1)

BOOLEAN: "BooleanField[bool, bool]" = BooleanField()
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
    answered = mention.status == Mention.Status.ANSWERED
    if answered or _OTHERS.first(mention=mention.pk, reply=reply.pk):
        return Stop(Reply.Status.CANCELLED, "answered")
    if _OPT_OUTS.first(network=mention.network, author=mention.author_id):
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
_OTHERS = Prepared(
    lambda: (
        Reply.objects.filter(mention=Given("mention"), status__in=_MAY_STAND)
        .exclude(pk=Given("reply"))
        .values_list("pk")[:1]
    )
)
_OPT_OUTS = Prepared(
    lambda: OptOut.objects.filter(network=Given("network"), author_id=Given("author")).values_list(
        "pk"
    )[:1]
)


def _still_allowed(reply: Reply, at: datetime) -> Verdict | None:
    if reply.clip is None:
        return Stop(Reply.Status.CANCELLED, "clip")
    network, storyteller = reply.account.network, reply.clip.storyteller_id
    # The tweet's and the film's campaign are one, unless somebody moved either.
    consents = [
        _CONSENT.first(network=network, campaign=campaign, storyteller=storyteller, at=at)
        for campaign in {reply.mention.campaign_id, reply.clip.campaign_id}
    ]
    consent = consents[0]
    if consent is None or None in consents:
        return Stop(Reply.Status.CANCELLED, "consent")
    face, voice = consent  # both are the storyteller's newest
    status = _STATUS.first(clip=reply.clip.pk, face=face, voice=voice)
    if status is None:
        return Stop(Reply.Status.CANCELLED, "consent")
    if status in _OFF_THE_SHELF:
        return Stop(Reply.Status.CANCELLED, "clip")
    return None if status == Clip.Status.READY else Wait()


#: Locked, so that a withdrawal waits until the attempt is written down.
_CONSENT = Prepared(
    lambda: (
        Consent.objects.valid(network=Given("network"), campaign=Given("campaign"), at=Given("at"))
        .filter(storyteller=Given("storyteller"))
        .select_for_update(no_key=True, of=("self",))
        .values_list("show_face", "show_voice")
    )
)
#: None of a clip that shows what the consent does not allow.
_STATUS = Prepared(
    lambda: (
        Clip.objects.filter(pk=Given("clip"))
        .within(face=Q(Given("face", BOOLEAN)), voice=Q(Given("voice", BOOLEAN)))
        .values_list("status", flat=True)
    )
)


def _still_as_approved(reply: Reply, at: datetime) -> Verdict | None:  # noqa: ARG001  one shape for all
    if approval.fingerprint(reply) != reply.fingerprint:
        return Stop(Reply.Status.STALE, "changed")
    if not reply.mention.replyable:
        return Stop(Reply.Status.PROBLEM, "not_summoned", reply.mention.replyable_reason)
    return None


def _may_go_now(reply: Reply, at: datetime) -> Verdict | None:
    account = _ACCOUNT.get(account=reply.account_id)
    paused = _PAUSES.first(account=account.pk, campaign=account.campaign_id)
    if account.status != Account.Status.ACTIVE or paused:
        return Wait(whole_account=True)
    if budgets.day(account, at=at).replies_left <= 0:
        return Wait(min(budgets.tomorrow(at), at + RAISED_WITHIN), whole_account=True)
    until = pace.next_at(account, at=at)
    if until is None:
        return None
    pacing.wait_until(account, until)
    return Wait(until, whole_account=True)


#: Locked, so that a pause waits until the attempt is written down, and no two spend one budget.
_ACCOUNT = Prepared(
    lambda: (
        Account.objects.select_related("campaign")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=Given("account"))
    )
)
_PAUSES = Prepared(
    lambda: Pause.objects.covering(
        account=Given("account"), campaign=Given("campaign")
    ).values_list("pk")[:1]
)


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
