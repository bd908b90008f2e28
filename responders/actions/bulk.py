"""Many mentions at once: dismissed with one reason, and back again with one key."""

from collections.abc import Iterable
from contextlib import suppress

from django.db.models import QuerySet

from campaign.models import Campaign, Mention, User
from responders.actions import desk
from responders.reasons import Reason

#: A page of cards and one more; a bigger broom would sweep unseen.
MOST = 60


def dismiss(ids: Iterable[int], *, campaign: Campaign, reason: Reason, by: User) -> list[int]:
    """Those of them that nobody else holds or has handled. Returns which were dismissed."""
    done = []
    for mention in _mentions(ids, campaign):
        with suppress(desk.AlreadyClaimed, desk.NotWaiting):
            desk.dismiss(mention, reason=reason, by=by)
            done.append(mention.pk)
    return done


def undo(ids: Iterable[int], *, campaign: Campaign, by: User) -> list[int]:
    """What this person dismissed goes back into the queue. Returns which did."""
    done = []
    for mention in _mentions(ids, campaign).filter(handled_by=by):
        with suppress(desk.DeskError):
            desk.restore(mention, by=by)
            done.append(mention.pk)
    return done


def _mentions(ids: Iterable[int], campaign: Campaign) -> QuerySet[Mention]:
    chosen = [one for one in ids if 0 < one < 2**63][:MOST]
    return Mention.objects.filter(campaign=campaign, pk__in=chosen).order_by("pk")
