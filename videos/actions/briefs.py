"""What London asks a crew to film, step by step: every write about a brief.

A crew acts over a network that repeats and delays, so what it says twice is taken once, and a step
that was passed already is no error. Locks are taken in one order: mention, storyteller, brief, the
audit log.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaign import audit, live
from campaign.intake import priority
from campaign.models import Campaign, Mention, User
from videos.actions import notices
from videos.models import (
    Brief,
    BriefMessage,
    Clip,
    CrewMember,
    Notice,
    Place,
    Storyteller,
)

SOONEST = timedelta(minutes=5)
LATEST = timedelta(days=7)
BATCH = 200


class BriefError(Exception):
    """Something about a brief could not be done; the text is for the person who tried."""


class BadAskingError(BriefError):
    """What is asked cannot be sent as it is."""


class MentionTakenError(BriefError):
    """The mention is with somebody else, asked for already, or past answering."""


class BriefOverError(BriefError):
    """The brief is past the step that was asked for."""


class NotYourPlaceError(BriefError):
    """The brief is another crew's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a brief says, and to whom. Without a storyteller: whoever fits."""

    place: Place
    words: str
    language: str
    deadline: datetime
    storyteller: Storyteller | None = None
    gist: str = ""
    gist_language: str = ""
    reasons: tuple[tuple[str, str], ...] = ()


# London ------------------------------------------------------------------------------------------


@transaction.atomic
def ask(asking: Asking, *, campaign: Campaign, mention: Mention | None = None, by: User) -> Brief:
    """Send a brief. Its mention waits for the footage and is nobody's meanwhile.

    Raises `BadAskingError`, `MentionTakenError`.
    """
    _check(asking, campaign=campaign)
    if mention is not None:
        _hold_for_footage(mention, campaign=campaign, by=by)
    return _send(asking, campaign=campaign, mention=mention, replaces=None, by=by)


@transaction.atomic
def reassign(brief: Brief, asking: Asking, *, by: User) -> Brief:
    """Ask somebody else, or the same ones again: a new brief takes the old one's place.

    What was open is cancelled, and its crew is told. Raises `BriefOverError` when the brief was
    replaced or taken back, `BadAskingError`, `MentionTakenError`.
    """
    _check(asking, campaign=brief.campaign)
    if brief.mention is not None:
        _hold_for_footage(brief.mention, campaign=brief.campaign, asked=True, by=by)
    if asking.storyteller is not None:
        Storyteller.objects.select_for_update(no_key=True).get(pk=asking.storyteller.pk)
    old = _locked(brief)
    if old.status == Brief.Status.CANCELLED or _is_replaced(old):
        raise BriefOverError("This brief was given to somebody else or taken back already.")
    if old.is_open:
        _move(old, Brief.Status.CANCELLED, cancelled_at=timezone.now(), cancelled_by=by)
        audit.record("reassigned", old, after={"status": old.status}, by=by)
        _tell(old)
        notices.tell(old, Notice.Kind.TAKEN_BACK)
    return _send(asking, campaign=old.campaign, mention=old.mention, replaces=old, by=by)


@transaction.atomic
def cancel(brief: Brief, *, by: User) -> None:
    """Take it back: the phone says so, and the mention is to be answered again.

    Raises `BriefOverError` when the footage is in London or the brief was replaced.
    """
    mention = _mention_of(brief)
    locked = _locked(brief)
    declined = locked.status == Brief.Status.DECLINED and not _is_replaced(locked)
    if not locked.is_open and not declined:
        raise BriefOverError(f"Too late to take it back: {locked.get_status_display().lower()}.")
    before = {"status": locked.status}
    _move(locked, Brief.Status.CANCELLED, cancelled_at=timezone.now(), cancelled_by=by)
    if mention is not None and mention.status == Mention.Status.BRIEFED:
        mention.status = Mention.Status.WAITING
        mention.save(update_fields=["status"])
    audit.record("took back", locked, before=before, after={"status": locked.status}, by=by)
    _tell(locked)
    notices.tell(locked, Notice.Kind.TAKEN_BACK)


@transaction.atomic
def give_time(brief: Brief, *, minutes: int, by: User) -> Brief:
    """Move the deadline of an open brief: so many minutes from now, or from when it was due."""
    locked = _locked(brief)
    if not locked.is_open:
        raise BriefOverError("Only a brief that is open has a deadline.")
    before = {"deadline": locked.deadline}
    now = timezone.now()
    locked.deadline = min(max(locked.deadline, now) + timedelta(minutes=minutes), now + LATEST)
    locked.save(update_fields=["deadline"])
    audit.record("gave time", locked, before=before, after={"deadline": locked.deadline}, by=by)
    _tell(locked)
    return locked


# The crew ----------------------------------------------------------------------------------------


@transaction.atomic
def accept(brief: Brief, *, by: User) -> Brief:
    """We film it. Raises `BriefOverError` when London took it back, or it was declined."""
    locked = _for_crew(brief, by=by)
    if locked.status == Brief.Status.SENT:
        _move(locked, Brief.Status.ACCEPTED, accepted_at=timezone.now(), accepted_by=by)
        audit.record("accepted", locked, after={"status": locked.status}, by=by)
        _tell(locked)
    return locked


@transaction.atomic
def start_filming(brief: Brief, *, by: User) -> Brief:
    """We film now; this accepts it, too. Raises `BriefOverError`."""
    locked = _for_crew(brief, by=by)
    if locked.status in {Brief.Status.SENT, Brief.Status.ACCEPTED}:
        now = timezone.now()
        times: dict[str, object] = {"filming_at": now}
        if locked.accepted_at is None:
            times |= {"accepted_at": now, "accepted_by": by}
        _move(locked, Brief.Status.FILMING, **times)
        audit.record("began filming", locked, after={"status": locked.status}, by=by)
        _tell(locked)
    return locked


@transaction.atomic
def decline(brief: Brief, *, refusal: Brief.Refusal, words: str = "", by: User) -> Brief:
    """We cannot. Raises `BriefOverError` when the footage is in London or it was taken back."""
    locked = _of_own_place(brief, by=by)
    if locked.status in {Brief.Status.RECEIVED, Brief.Status.CANCELLED}:
        raise _over(locked)
    if locked.is_open:
        _move(
            locked,
            Brief.Status.DECLINED,
            declined_at=timezone.now(),
            declined_by=by,
            refusal=refusal,
            refusal_words=_line(words, most=300),
        )
        facts = {"status": locked.status, "refusal": locked.refusal}
        audit.record("declined", locked, after=facts, by=by)
        _tell(locked)
    return locked


def saw(briefs: Iterable[Brief]) -> None:
    """They stand on a phone of their crew now. Noted once; no step, so not audited."""
    fresh = [brief for brief in briefs if brief.seen_at is None]
    if not fresh:
        return
    with transaction.atomic():
        unseen = Brief.objects.filter(pk__in=[brief.pk for brief in fresh], seen_at=None)
        if unseen.update(seen_at=timezone.now()):
            for brief in fresh:
                _tell(brief)


@transaction.atomic
def write(brief: Brief, text: str, *, key: uuid.UUID | None = None, by: User) -> BriefMessage:
    """One line to the other side, crew or London. The same `key` again is the same line."""
    line = _line(text, most=500)
    if not line:
        raise BriefError("Write something first.")
    crew = CrewMember.objects.filter(user=by).first()
    if crew is not None and crew.place_id != brief.place_id:
        raise NotYourPlaceError("This brief is with another crew.")
    message, made = BriefMessage.objects.get_or_create(
        key=key or uuid.uuid4(),
        defaults={
            "brief": brief,
            "author": by,
            "from_crew": crew is not None,
            "text": line,
            "sent_at": timezone.now(),
        },
    )
    if message.brief_id != brief.pk or message.author_id != by.pk:
        raise BriefError("This line was sent to another brief already.")
    if made:
        _tell(brief)
        if crew is None:
            notices.tell(brief, Notice.Kind.LINE)
    return message


# Footage -----------------------------------------------------------------------------------------


def uploading(brief: Brief) -> None:
    """The first byte of a film for it has come."""
    with transaction.atomic():
        fresh = Brief.objects.open().filter(pk=brief.pk, uploading_at=None)
        if fresh.update(uploading_at=timezone.now()):
            _tell(brief)


def received(brief: Brief, *, by: User) -> bool:
    """A film for it is safely in London. Call it inside the transaction that saves the clip.

    True when it was waited for. A film for a brief that is over is kept all the same.
    """
    locked = _locked(brief)
    if not locked.is_open:
        return False
    now = timezone.now()
    _move(
        locked,
        Brief.Status.RECEIVED,
        received_at=now,
        uploading_at=locked.uploading_at or now,
    )
    audit.record("received", locked, after={"status": locked.status}, by=by)
    _tell(locked)
    return True


@transaction.atomic
def footage_ready(clip_id: uuid.UUID) -> None:
    """A clip is on the shelf: if a brief waited for it, its mention goes back to the desk, first.

    Call it when the clip's own transaction has committed; the sweep finds what was missed.
    """
    clip = Clip.objects.select_related("brief").filter(pk=clip_id, brief__isnull=False).first()
    if clip is None or clip.brief is None or clip.status != Clip.Status.READY:
        return
    mention = _mention_of(clip.brief)
    brief = _locked(clip.brief)
    if brief.status != Brief.Status.RECEIVED or brief.ready_at is not None:
        return
    brief.ready_at = timezone.now()
    brief.save(update_fields=["ready_at"])
    asked_again = _is_replaced(brief)
    if mention is not None and mention.status == Mention.Status.BRIEFED and not asked_again:
        _return_first(mention)
    audit.record("footage ready", brief, after={"clip": clip.pk}, by=None)
    _tell(brief, ready=True)


def _return_first(mention: Mention) -> None:
    """Back into the queue, before everything else, whatever its words looked like."""
    mention.priority_parts = priority.first(mention.priority_parts)
    mention.priority = priority.total(mention.priority_parts)
    mention.queue_at = priority.place(mention.received_at, mention.priority)
    mention.doubt, mention.trusted = "", True
    mention.status = Mention.Status.WAITING
    mention.save(
        update_fields=["priority", "priority_parts", "queue_at", "doubt", "trusted", "status"]
    )


def sweep() -> int:
    """For the clock: footage whose news was lost, and briefs whose mention is past answering."""
    ready = Clip.objects.ready().filter(brief__status=Brief.Status.RECEIVED, brief__ready_at=None)
    clips = list(ready.values_list("pk", flat=True)[:BATCH])
    for clip in clips:
        footage_ready(clip)
    waits = Mention.objects.filter(pk=OuterRef("mention"), status=Mention.Status.BRIEFED)
    moot = Brief.objects.filter(
        ~Exists(waits),
        status__in=[*Brief.OPEN, Brief.Status.DECLINED],
        mention__isnull=False,
        replacement=None,
    )
    briefs = list(moot[:BATCH])
    return len(clips) + sum(_drop(brief) for brief in briefs)


@transaction.atomic
def _drop(brief: Brief) -> bool:
    """Nobody is left to answer: the tweet was deleted, or its author opted out."""
    mention = _mention_of(brief)
    locked = _locked(brief)
    asked = mention is not None and mention.status == Mention.Status.BRIEFED
    if asked or locked.status not in {*Brief.OPEN, Brief.Status.DECLINED}:
        return False
    _move(locked, Brief.Status.CANCELLED, cancelled_at=timezone.now())
    audit.record("dropped", locked, after={"status": locked.status}, by=None)
    _tell(locked)
    notices.tell(locked, Notice.Kind.TAKEN_BACK)
    return True


def _check(asking: Asking, *, campaign: Campaign) -> None:
    now = timezone.now()
    if not asking.words.strip():
        raise BadAskingError("Write what to say: a line or two is enough.")
    if not now + SOONEST <= asking.deadline <= now + LATEST:
        raise BadAskingError("Choose a deadline between five minutes and seven days from now.")
    person = asking.storyteller
    if person is None:
        return
    theirs = (person.place_id, person.campaign_id)
    if theirs != (asking.place.pk, campaign.pk) or not person.active:
        raise BadAskingError(f"{person.public_name} is not filmed at {asking.place.name}.")


def _hold_for_footage(
    mention: Mention, *, campaign: Campaign, asked: bool = False, by: User
) -> None:
    """The mention leaves the queue until the footage comes. `asked`: it may wait for some now."""
    locked = Mention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
    now = timezone.now()
    held = locked.claimed_by if locked.claimed_until and locked.claimed_until > now else None
    if locked.campaign_id != campaign.pk:
        raise MentionTakenError("This tweet belongs to another campaign.")
    if held is not None and held != by:
        raise MentionTakenError(f"{held.short_name} is on this one.")
    waits = locked.status == Mention.Status.BRIEFED
    if waits and not asked:
        raise MentionTakenError("The field has been asked for this one already.")
    if not waits and locked.status not in Mention.OPEN:
        state = locked.get_status_display().lower()
        raise MentionTakenError(f"This one is no longer waiting: {state}.")
    locked.status = Mention.Status.BRIEFED
    locked.claimed_by = locked.claimed_at = locked.claimed_until = None
    locked.save(update_fields=["status", "claimed_by", "claimed_at", "claimed_until"])


def _send(
    asking: Asking,
    *,
    campaign: Campaign,
    mention: Mention | None,
    replaces: Brief | None,
    by: User,
) -> Brief:
    brief = Brief.objects.create(
        campaign=campaign,
        mention=mention,
        place=asking.place,
        storyteller=asking.storyteller,
        replaces=replaces,
        words=asking.words.strip(),
        language=asking.language,
        gist=asking.gist.strip(),
        gist_language=asking.gist_language if asking.gist.strip() else "",
        deadline=asking.deadline,
        reasons=[list(pair) for pair in asking.reasons],
        sent_at=timezone.now(),
        sent_by=by,
    )
    facts = {"mention": brief.mention_id, "place": brief.place_id, "deadline": brief.deadline}
    audit.record("asked the field", brief, after=facts, by=by)
    _tell(brief)
    notices.tell(brief, Notice.Kind.NEW)
    return brief


def _mention_of(brief: Brief) -> Mention | None:
    """Its mention under the lock, taken before the brief's own."""
    if brief.mention_id is None:
        return None
    return Mention.objects.select_for_update(of=("self",)).get(pk=brief.mention_id)


def _locked(brief: Brief) -> Brief:
    rows = Brief.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("campaign", "mention", "place", "storyteller").get(pk=brief.pk)


def _is_replaced(brief: Brief) -> bool:
    """Asked once the lock is held: a join would still show the moment before it."""
    return Brief.objects.filter(replaces=brief).exists()


def _of_own_place(brief: Brief, *, by: User) -> Brief:
    if not CrewMember.objects.filter(user=by, place=brief.place_id).exists():
        raise NotYourPlaceError("This brief is with another crew.")
    return _locked(brief)


def _for_crew(brief: Brief, *, by: User) -> Brief:
    """The brief, if this crew may still go on with it, or has done so already."""
    locked = _of_own_place(brief, by=by)
    if locked.status in {Brief.Status.CANCELLED, Brief.Status.DECLINED}:
        raise _over(locked)
    return locked


def _over(brief: Brief) -> BriefOverError:
    words = {
        Brief.Status.CANCELLED: "London took this brief back. There is nothing to film for it.",
        Brief.Status.DECLINED: "You said that you cannot. London asks somebody else.",
        Brief.Status.RECEIVED: "The film for it is safely in London.",
    }
    return BriefOverError(words[Brief.Status(brief.status)])


def _move(brief: Brief, status: Brief.Status, **facts: object) -> None:
    brief.status = status
    for name, value in facts.items():
        setattr(brief, name, value)
    brief.save(update_fields=["status", *facts])


def _line(text: str, *, most: int) -> str:
    return " ".join(text.split())[:most]


def _tell(brief: Brief, *, ready: bool = False) -> None:
    """The board, the desk and the phones of that place follow."""
    facts = {"status": brief.status, "mention": brief.mention_id, "by": brief.sent_by_id}
    live.announce(
        "brief",
        campaign=brief.campaign_id,
        ids=[brief.pk],
        place=brief.place_id,
        ready=ready,
        **facts,
    )
    if brief.mention_id is not None:
        live.announce("mention", campaign=brief.campaign_id, ids=[brief.mention_id], what="brief")
