"""From a draft to an approval, and back: submit, approve, undo, send back, cancel.

An approval is bound to what its giver saw: the fingerprint of text, film, consent and link. Each
verb is one transaction under the locks of the mention and the reply. One candidate is approved;
the mention's other drafts are retired then, and come back if the mention does.
"""

import hashlib
import json
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from campaign.models import Campaign, Mention, OptOut, User
from campaign.prepared import Given, Prepared
from petitions.actions import links
from responders import doorbells, weight, wording
from responders.actions import changes, drafts, eyes, media, notices
from responders.actions.changes import Refused
from responders.models import Attempt, Notice, Reply, Revision
from videos.models import Clip, Consent, Rendition

__all__ = ["Refused"]

APPROVE_RIGHT = "campaign.give_second_approval"


class Changed(Refused):
    """What would be approved is not what the person saw."""


class ClaimLost(Refused):
    """The mention is not, or no longer, this person's to answer."""


class NotReady(Refused):
    """The reply itself is not complete: its text or its clip."""


class NeedsSecondEyes(Refused):
    """One pair of eyes is not enough for this reply."""


class OwnReply(Refused):
    """Nobody gives the second approval to their own reply."""


class NotAllowed(Refused):
    """This person may not give a second approval."""


class AnsweredAlready(Refused):
    """There is another reply to this mention."""


class OptedOut(Refused):
    """Its author asked to be left alone, or is blocked."""


class Settled(Refused):
    """The reply is past the state in which this could be done."""


def fingerprint(reply: Reply) -> str:
    """What an approval is bound to: text, film, consent, link, and whom it answers."""
    film = consent = None
    if reply.clip is not None:
        film = _FILM.first(clip=reply.clip_id)
        consent = _CONSENT.first(storyteller=reply.clip.storyteller_id)
    return fingerprint_with(reply, film=film, consent=consent)


_FILM = Prepared(
    lambda: (
        Rendition.objects.filter(clip=Given("clip"), kind=Rendition.Kind.POST)
        .order_by("pk")
        .values_list("sha256", flat=True)[:1]
    )
)
_CONSENT = Prepared(
    lambda: (
        Consent.objects.filter(storyteller=Given("storyteller"))
        .order_by("-version")
        .values_list("pk", "version")[:1]
    )
)


def fingerprint_with(reply: Reply, *, film: str | None, consent: tuple[int, int] | None) -> str:
    """The same for a caller that has the film's sha256 and the newest consent's id and version."""
    link = reply.link.slug if reply.link else None
    facts = [reply.mention_id, reply.account_id, reply.text, film, consent, link]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def submit(reply: Reply, *, by: User) -> Reply:
    """Ask for a second pair of eyes. The mention leaves the queue; nothing is sent yet."""
    now = timezone.now()
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        _check_own_draft(reply, by=by, at=now)
        check_complete(reply, at=now)
        reply.status = Reply.Status.SUBMITTED
        reply.submitted_at = now
        reply.needs_second_eyes = True
        reply.second_eyes_reason = eyes.needed(reply) or f"{by.short_name} asks"[:40]
        reply.problem = reply.problem_detail = ""
        _commit_to(
            reply,
            fields=["submitted_at", "needs_second_eyes", "second_eyes_reason"],
            mention_to=Mention.Status.ANSWERING,
        )
        changes.note("submitted", reply, before="draft", reason=reply.second_eyes_reason, by=by)
    return reply


def approve(reply: Reply, *, seen: str, text: str | None = None, by: User) -> Reply:
    """Let it go out when the hold is over. `seen` is the fingerprint of what the person saw.

    With `text` a second person approves it with their own changes: a new version, of which the
    author is told. A reply that the network takes from nobody but a person waits to be posted by
    hand. Raises a `Refused`: `Changed`, `ClaimLost`, `NotReady`, `NeedsSecondEyes`, `OwnReply`,
    `NotAllowed`, `AnsweredAlready`, `OptedOut` or `Settled`; nothing has changed then.
    """
    now = timezone.now()
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        before = reply.status
        _check_approver(reply, by=by, at=now)
        if fingerprint(reply) != seen:
            raise Changed("The reply changed since you read it. Read it again; nothing was sent.")
        amended = text is not None and _amend(reply, text=text, by=by, at=now)
        check_complete(reply, at=now)
        _set_approved(reply, by=by, at=now)
        changes.retire_others(reply)
        if reply.link:
            links.describe(reply.link, subject=drafts.subject_of(reply, mention=reply.mention))
        if not reply.by_hand:
            _start(reply, campaign=reply.mention.campaign)
        facts = {"fingerprint": reply.fingerprint} | ({"version": reply.version} if amended else {})
        changes.note("approved", reply, before=before, by=by, **facts)
        if amended:
            notices.tell(reply.author, Notice.Kind.EDITED, reply=reply, by=by)
        if reply.by_hand:
            notices.tell(reply.author, Notice.Kind.BY_HAND, reply=reply, by=by)
    return reply


def _set_approved(reply: Reply, *, by: User, at: datetime) -> None:
    reply.by_hand = not reply.mention.replyable
    reply.status = Reply.Status.BY_HAND if reply.by_hand else Reply.Status.APPROVED
    reply.fingerprint = fingerprint(reply)
    reply.approved_at = at
    reply.approved_by = by
    hold = 0 if reply.by_hand else reply.mention.campaign.hold_seconds
    reply.due_at = at + timedelta(seconds=hold)
    reply.tries = 0
    reply.problem = reply.problem_detail = ""
    fields = ["fingerprint", "approved_at", "approved_by", "due_at", "tries", "by_hand"]
    fields += ["text", "version"]
    _commit_to(reply, fields=fields, mention_to=Mention.Status.ANSWERING)


def _amend(reply: Reply, *, text: str, by: User, at: datetime) -> bool:
    """Put the approver's words in the place of the author's; both versions are kept."""
    words = wording.clean(text)
    if words == reply.text:
        return False
    if reply.status == Reply.Status.DRAFT:
        raise Settled(too_late(reply))
    versions = {"reply": reply, "at": at}
    Revision.objects.get_or_create(
        reply=reply,
        number=reply.version,
        defaults={"text": reply.text, "by": reply.author, "at": reply.updated_at},
    )
    reply.text = words
    reply.version += 1
    Revision.objects.create(number=reply.version, text=words, by=by, **versions)
    return True


def undo(reply: Reply, *, by: User) -> Reply:
    """Take an approval back, as long as nothing has left. The draft is its author's again."""
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        before = reply.status
        if before not in {Reply.Status.APPROVED, Reply.Status.BY_HAND}:
            raise Settled(too_late(reply))
        if reply.attempts.filter(outcome=Attempt.Outcome.UNKNOWN).exists():
            raise Settled("It may be on X already from an earlier try, so it cannot be undone.")
        _make_draft(reply)
        changes.note("undone", reply, before=before, by=by)
    return reply


def send_back(reply: Reply, *, comment: str, by: User) -> Reply:
    """Not like this: back to its author, with a word why."""
    comment = comment.strip()
    if not comment:
        raise NotReady("Write what should change, so that the author knows.")
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        before = reply.status
        if before not in {Reply.Status.SUBMITTED, Reply.Status.STALE}:
            raise Settled(too_late(reply))
        if before == Reply.Status.SUBMITTED and not by.has_perm(APPROVE_RIGHT):
            raise NotAllowed("Somebody who may give the second approval decides on this reply.")
        _make_draft(reply, problem="sent_back", detail=comment[:1000])
        changes.note("sent back", reply, before=before, comment=comment[:1000], by=by)
        notices.tell(reply.author, Notice.Kind.SENT_BACK, reply=reply, words=comment[:1000], by=by)
    return reply


def cancel(reply: Reply, *, reason: str = "", by: User | None) -> Reply:
    """Give the reply up. Its mention waits again, unless it can never be answered.

    Not while a post may exist: see `reconcile` for those.
    """
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        before = reply.status
        may_exist = reply.external_id or reply.attempts.filter(outcome__in=MAY_EXIST).exists()
        if before not in CANCELLABLE or may_exist:
            raise Settled(too_late(reply))
        final = reply.problem in FOR_GOOD
        reply.status = Reply.Status.CANCELLED
        reply.save(update_fields=["status", "updated_at"])
        if reply.mention.status == Mention.Status.ANSWERING:
            if final:
                changes.dismiss(reply.mention, reason=reply.problem)
            else:
                changes.set_free(reply.mention)
        changes.note("cancelled", reply, before=before, reason=reason or reply.problem, by=by)
    return reply


CANCELLABLE = {
    Reply.Status.DRAFT,
    Reply.Status.SUBMITTED,
    Reply.Status.APPROVED,
    Reply.Status.BY_HAND,
    Reply.Status.STALE,
    Reply.Status.PROBLEM,
}
#: Outcomes of an attempt after which a post may stand on the network.
MAY_EXIST = ["", Attempt.Outcome.UNKNOWN, Attempt.Outcome.POSTED]
#: Problems that no second try can solve: the mention is not answered any more.
FOR_GOOD = frozenset({"not_summoned", "gone", "blocked", "opted_out"})


def check_complete(reply: Reply, *, at: datetime) -> None:
    """Raise `NotReady` or `OptedOut` when this could not be posted as it stands."""
    _check_text(reply.text)
    if reply.clip is None:
        raise NotReady("There is no clip yet.")
    network = reply.account.network
    clips = Clip.objects.ready().filter(pk=reply.clip.pk, campaign=reply.mention.campaign_id)
    if not clips.filter(renditions__kind=Rendition.Kind.POST).exists():
        raise NotReady("This clip is not ready, or was taken off the shelf. Choose another.")
    if not clips.with_consent(network=network, at=at).exists():
        name = reply.clip.storyteller.public_name
        raise NotReady(f"{name} has not agreed to this, or no longer does. Choose another clip.")
    if OptOut.objects.filter(network=network, author_id=reply.mention.author_id).exists():
        raise OptedOut(f"@{reply.mention.author_handle} is not to be answered any more.")
    if reply.mention.status == Mention.Status.GONE:
        raise Settled("The tweet was deleted by its author.")


def _check_text(text: str) -> None:
    if not text.strip():
        raise NotReady("There is no text yet.")
    weighed = weight.weigh(text)
    if weighed.left < 0:
        raise NotReady(f"The text is {-weighed.left} characters too long for X.")
    if not weighed.valid:
        raise NotReady("There is a character in the text that X does not take.")


def _check_own_draft(reply: Reply, *, by: User, at: datetime) -> None:
    if reply.status != Reply.Status.DRAFT:
        raise Settled(too_late(reply))
    mention = reply.mention
    if mention.status != Mention.Status.CLAIMED or mention.claimed_by_id != by.pk:
        raise ClaimLost(_who_has(mention))
    if mention.claimed_until is None or mention.claimed_until <= at:
        raise ClaimLost("Your claim ran out. Claim it again; your draft is kept.")
    if reply.author_id != by.pk:
        raise ClaimLost("This is another editor's draft.")


def _check_approver(reply: Reply, *, by: User, at: datetime) -> None:
    if reply.status == Reply.Status.DRAFT:
        _check_own_draft(reply, by=by, at=at)
        if reason := eyes.needed(reply):
            raise NeedsSecondEyes(f"A second person has to read this: {reason}.")
    elif reply.status in {Reply.Status.SUBMITTED, Reply.Status.STALE}:
        if reply.needs_second_eyes and (reply.author_id == by.pk or by.pk in reply.writers):
            raise OwnReply("Somebody else has to read what you wrote.")
        if reply.needs_second_eyes and not by.has_perm(APPROVE_RIGHT):
            raise NotAllowed("Somebody who may give the second approval decides on this reply.")
    else:
        raise Settled(too_late(reply))


def _commit_to(reply: Reply, *, fields: list[str], mention_to: Mention.Status) -> None:
    """Save the reply as the one answer to its mention, and end the claim."""
    try:
        with transaction.atomic():
            reply.save(update_fields=[*fields, "status", "problem", "problem_detail", "updated_at"])
    except IntegrityError as error:
        if "one_reply_a_mention" not in str(error):
            raise
        raise AnsweredAlready("There is another reply to this tweet already.") from error
    mention = reply.mention
    mention.status = mention_to
    mention.claimed_until = None
    mention.save(update_fields=["status", "claimed_until"])


def _start(reply: Reply, *, campaign: Campaign) -> None:
    """Ring for the worker when the hold is over, and have the film made ready meanwhile."""
    if reply.clip:
        media.want(reply.clip, reply.account)
    at = reply.due_at if campaign.hold_seconds else None
    doorbells.ring(doorbells.POST, reply.pk, at=at)


def _make_draft(reply: Reply, *, problem: str = "", detail: str = "") -> None:
    reply.status = Reply.Status.DRAFT
    reply.approved_at = reply.approved_by = reply.due_at = reply.submitted_at = None
    reply.fingerprint = ""
    reply.needs_second_eyes = reply.by_hand = False
    reply.second_eyes_reason = ""
    reply.problem = problem
    reply.problem_detail = detail
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError as error:
        raise AnsweredAlready(
            f"{reply.author.short_name} has begun another draft for this tweet. Cancel this one."
        ) from error
    changes.give_back(reply)


def _who_has(mention: Mention) -> str:
    if mention.status == Mention.Status.CLAIMED and mention.claimed_by:
        return f"{mention.claimed_by.short_name} was first. Your draft is kept."
    if mention.status == Mention.Status.WAITING:
        return "Your claim ran out. Claim it again; your draft is kept."
    return f"This tweet is “{mention.get_status_display().lower()}” by now. Your draft is kept."


def too_late(reply: Reply) -> str:
    """Why nothing more can be done to it here, in words for whoever tried."""
    return {
        Reply.Status.APPROVED: "This reply is approved already.",
        Reply.Status.BY_HAND: "This reply is approved already, to be posted by hand.",
        Reply.Status.SUBMITTED: "This reply is with a second person already.",
        Reply.Status.POSTING: "Too late: it is on its way to X.",
        Reply.Status.POSTED: "Too late: it is posted.",
        Reply.Status.UNKNOWN: "We cannot tell whether X posted it, so it waits for that first.",
        Reply.Status.DRAFT: "This reply is a draft again.",
        Reply.Status.CANCELLED: "This reply was given up.",
    }.get(Reply.Status(reply.status), f"This reply is “{reply.get_status_display().lower()}”.")
