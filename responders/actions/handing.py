"""From hand to hand: a mention to a colleague, a note from one shift to the next."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from campaign import audit, live
from campaign.models import Campaign, Mention, User
from campaign.prepared import Given, Prepared
from responders import wording
from responders.actions import desk, drafts, notices
from responders.models import Notice, ShiftNote

LONGEST_NOTE = 1_000
NOTE_LASTS = timedelta(hours=24)


class NotHere(desk.DeskError):
    """That person does not work at this campaign's desk."""


def colleagues(campaign: Campaign, *, of: User) -> list[User]:
    """Whom a mention may be handed to: everybody else at this campaign's desk."""
    people = campaign.people.filter(is_active=True).exclude(pk=of.pk)
    at_the_desk = people.filter(groups__permissions__codename="use_desk").distinct()
    return list(at_the_desk.order_by("name", "username"))


def hand_over(mention: Mention, *, to: str, words: str = "", by: User) -> User:
    """Give what one holds to a colleague, by id, with its drafts and a word. Returns them.

    Raises LeaseLost, NotHere. It is theirs for the usual five minutes; then it waits again, and
    the drafts are theirs.
    """
    campaign = mention.campaign
    colleague = next((one for one in colleagues(campaign, of=by) if str(one.pk) == to), None)
    if colleague is None:
        raise NotHere("Choose a colleague who works at this desk.")
    with transaction.atomic():
        now = timezone.now()
        held = desk.held(mention, by=by)
        held.claimed_by = colleague
        held.claimed_at = now
        held.claimed_until = now + desk.LEASE
        held.save(update_fields=["claimed_by", "claimed_at", "claimed_until"])
        drafts.inherit(held, of=by.pk, by=colleague) or drafts.begin(held, by=colleague)
        note = wording.clean(words)[:LONGEST_NOTE].strip()
        audit.record("handed over", held, after={"to": colleague.pk}, by=by)
        notices.tell(colleague, Notice.Kind.HANDED_OVER, mention=held, words=note, by=by)
        live.announce("mention", campaign=campaign, ids=[held.pk], what="handed over", by=by.pk)
    return colleague


def leave_note(campaign: Campaign, *, text: str, by: User) -> ShiftNote | None:
    """For those who come next. None if there is nothing in it."""
    words = wording.clean(text)[:LONGEST_NOTE].strip()
    if not words:
        return None
    note = ShiftNote.objects.create(campaign=campaign, author=by, text=words, at=timezone.now())
    note.read_by.add(by)
    live.announce("notice", campaign=campaign, ids=[])
    return note


_NEWEST_NOTE = Prepared(
    lambda: (
        ShiftNote.objects.filter(campaign=Given("campaign"), at__gt=Given("after"))
        .annotate(was_read=Exists(ShiftNote.objects.filter(pk=OuterRef("pk"), read_by=Given("of"))))
        .select_related("author")[:1]
    )
)


def unread_note(campaign: Campaign, *, of: User) -> ShiftNote | None:
    """The newest note of the last day, until this person has read it."""
    after = timezone.now() - NOTE_LASTS
    newest = _NEWEST_NOTE.first(campaign=campaign.pk, after=after, of=of.pk)
    return None if newest is None or newest.was_read else newest


def read_note(note: ShiftNote, *, by: User) -> None:
    note.read_by.add(by)
