"""What London asks a crew to film, and takes back: a brief from its sending on.

What crews answer is in `crew_steps`, what comes of it in `brief_footage`.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import Campaign, Mention, User
from videos.actions import brief_state, notices
from videos.models import Brief, BriefMessage, CrewMember, Notice, Place, Storyteller

SOONEST = timedelta(minutes=5)
LATEST = timedelta(days=7)


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
    old = brief_state.locked(brief)
    if old.status == Brief.Status.CANCELLED or brief_state.is_replaced(old):
        raise brief_state.BriefOverError(
            "This brief was given to somebody else or taken back already."
        )
    if old.is_open:
        brief_state.move(old, Brief.Status.CANCELLED, cancelled_at=timezone.now(), cancelled_by=by)
        audit.record("reassigned", old, after={"status": old.status}, by=by)
        brief_state.tell(old)
        notices.tell(old, Notice.Kind.TAKEN_BACK)
    return _send(asking, campaign=old.campaign, mention=old.mention, replaces=old, by=by)


@transaction.atomic
def cancel(brief: Brief, *, by: User) -> None:
    """Take it back: the phone says so, and the mention is to be answered again.

    Raises `BriefOverError` when the footage is in London or the brief was replaced.
    """
    mention = brief_state.mention_of(brief)
    locked = brief_state.locked(brief)
    declined = locked.status == Brief.Status.DECLINED and not brief_state.is_replaced(locked)
    if not locked.is_open and not declined:
        raise brief_state.BriefOverError(
            f"Too late to take it back: {locked.get_status_display().lower()}."
        )
    before = {"status": locked.status}
    brief_state.move(locked, Brief.Status.CANCELLED, cancelled_at=timezone.now(), cancelled_by=by)
    if mention is not None and mention.status == Mention.Status.BRIEFED:
        mention.status = Mention.Status.WAITING
        mention.save(update_fields=["status"])
    audit.record("took back", locked, before=before, after={"status": locked.status}, by=by)
    brief_state.tell(locked)
    notices.tell(locked, Notice.Kind.TAKEN_BACK)


@transaction.atomic
def give_time(brief: Brief, *, minutes: int, by: User) -> Brief:
    """Move the deadline of an open brief: so many minutes from now, or from when it was due."""
    locked = brief_state.locked(brief)
    if not locked.is_open:
        raise brief_state.BriefOverError("Only a brief that is open has a deadline.")
    before = {"deadline": locked.deadline}
    now = timezone.now()
    locked.deadline = min(max(locked.deadline, now) + timedelta(minutes=minutes), now + LATEST)
    locked.save(update_fields=["deadline"])
    audit.record("gave time", locked, before=before, after={"deadline": locked.deadline}, by=by)
    brief_state.tell(locked)
    return locked


@transaction.atomic
def write(brief: Brief, text: str, *, key: uuid.UUID | None = None, by: User) -> BriefMessage:
    """One line to the other side, crew or London. The same `key` again is the same line."""
    line = brief_state.one_line(text, most=500)
    if not line:
        raise brief_state.BriefError("Write something first.")
    crew = CrewMember.objects.filter(user=by).first()
    if crew is not None and crew.place_id != brief.place_id:
        raise brief_state.NotYourPlaceError("This brief is with another crew.")
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
        raise brief_state.BriefError("This line was sent to another brief already.")
    if made:
        brief_state.tell(brief)
        if crew is None:
            notices.tell(brief, Notice.Kind.LINE)
    return message


def _check(asking: Asking, *, campaign: Campaign) -> None:
    now = timezone.now()
    if not asking.words.strip():
        raise brief_state.BadAskingError("Write what to say: a line or two is enough.")
    if not now + SOONEST <= asking.deadline <= now + LATEST:
        raise brief_state.BadAskingError(
            "Choose a deadline between five minutes and seven days from now."
        )
    person = asking.storyteller
    if person is None:
        return
    theirs = (person.place_id, person.campaign_id)
    if theirs != (asking.place.pk, campaign.pk) or not person.active:
        raise brief_state.BadAskingError(
            f"{person.public_name} is not filmed at {asking.place.name}."
        )


def _hold_for_footage(
    mention: Mention, *, campaign: Campaign, asked: bool = False, by: User
) -> None:
    """The mention leaves the queue until the footage comes. `asked`: it may wait for some now."""
    locked = Mention.objects.select_for_update(of=("self",)).get(pk=mention.pk)
    now = timezone.now()
    held = locked.claimed_by if locked.claimed_until and locked.claimed_until > now else None
    if locked.campaign_id != campaign.pk:
        raise brief_state.MentionTakenError("This tweet belongs to another campaign.")
    if held is not None and held != by:
        raise brief_state.MentionTakenError(f"{held.short_name} is on this one.")
    waits = locked.status == Mention.Status.BRIEFED
    if waits and not asked:
        raise brief_state.MentionTakenError("The field has been asked for this one already.")
    if not waits and locked.status not in Mention.OPEN:
        state = locked.get_status_display().lower()
        raise brief_state.MentionTakenError(f"This one is no longer waiting: {state}.")
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
    brief_state.tell(brief)
    notices.tell(brief, Notice.Kind.NEW)
    return brief
