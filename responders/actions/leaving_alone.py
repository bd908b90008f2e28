"""Replies that wait for somebody who asked to be left alone are given up."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from campaign.actions import opt_outs
from campaign.models import OptOut
from responders.actions import changes, outcomes, takedown
from responders.models import Reply

MOST = 200


def follow(wish_id: int) -> int:
    """Give up what waits for this person. Returns how many replies. Safe to repeat."""
    wish = OptOut.objects.filter(pk=wish_id).first()
    if wish is None:
        return 0
    theirs = Q(mention__network=wish.network, mention__author_id=wish.author_id)
    return _give_up_all(_waiting().filter(theirs))


def sweep() -> int:
    """The same for everybody who asked, whatever was not told."""
    asked = OptOut.objects.filter(
        network=OuterRef("mention__network"), author_id=OuterRef("mention__author_id")
    )
    return _give_up_all(_waiting().filter(Exists(asked)))


def _waiting() -> QuerySet[Reply]:
    return Reply.objects.filter(status__in=takedown.SCHEDULED)


def _give_up_all(replies: QuerySet[Reply]) -> int:
    pks = list(replies.order_by("mention_id").values_list("pk", flat=True)[:MOST])
    return sum(_give_up(pk) for pk in pks)


def _give_up(reply_id: int) -> bool:
    with changes.locked(reply_id) as reply:
        if reply.status not in takedown.SCHEDULED:
            return False
        outcomes.give_up(reply, kind=opt_outs.REASON, by=None)
    return True
