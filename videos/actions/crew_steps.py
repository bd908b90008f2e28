"""What a crew answers to a brief, step by step.

A crew acts over a network that repeats and delays, so what it says twice is taken once, and a step
that was passed already is no error.
"""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import User
from videos.actions import brief_state
from videos.models import Brief, CrewMember


@transaction.atomic
def accept(brief: Brief, *, by: User) -> Brief:
    """We film it. Raises `BriefOverError` when London took it back, or it was declined."""
    locked = _for_crew(brief, by=by)
    if locked.status == Brief.Status.SENT:
        brief_state.move(locked, Brief.Status.ACCEPTED, accepted_at=timezone.now(), accepted_by=by)
        audit.record("accepted", locked, after={"status": locked.status}, by=by)
        brief_state.tell(locked)
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
        brief_state.move(locked, Brief.Status.FILMING, **times)
        audit.record("began filming", locked, after={"status": locked.status}, by=by)
        brief_state.tell(locked)
    return locked


@transaction.atomic
def decline(brief: Brief, *, refusal: Brief.Refusal, words: str = "", by: User) -> Brief:
    """We cannot. Raises `BriefOverError` when the footage is in London or it was taken back."""
    locked = _of_own_place(brief, by=by)
    if locked.status in {Brief.Status.RECEIVED, Brief.Status.CANCELLED}:
        raise brief_state.over(locked)
    if locked.is_open:
        brief_state.move(
            locked,
            Brief.Status.DECLINED,
            declined_at=timezone.now(),
            declined_by=by,
            refusal=refusal,
            refusal_words=brief_state.one_line(words, most=300),
        )
        facts = {"status": locked.status, "refusal": locked.refusal}
        audit.record("declined", locked, after=facts, by=by)
        brief_state.tell(locked)
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
                brief_state.tell(brief)


def _of_own_place(brief: Brief, *, by: User) -> Brief:
    if not CrewMember.objects.filter(user=by, place=brief.place_id).exists():
        raise brief_state.NotYourPlaceError("This brief is with another crew.")
    return brief_state.locked(brief)


def _for_crew(brief: Brief, *, by: User) -> Brief:
    """The brief, if this crew may still go on with it, or has done so already."""
    locked = _of_own_place(brief, by=by)
    if locked.status in {Brief.Status.CANCELLED, Brief.Status.DECLINED}:
        raise brief_state.over(locked)
    return locked
