"""Answers that the network takes from nobody but a person: approved here, posted there, told here.

A mention that did not call on us is answered on X itself. What may be said is approved as always;
the link of the hand-posted reply is checked with X, and from then on the reply counts as any other.
"""

from django.db import transaction

from campaign.models import User
from responders.actions import approval, changes, outcomes, reconcile
from responders.models import Reply


def posted(reply: Reply, *, link: str, by: User) -> Reply:
    """Somebody posted it: `link` is what they posted.

    Raises a `Refused`: `reconcile.NotOurs` when it is of another account or answers another tweet,
    `reconcile.CannotLook` when X did not tell, `approval.Settled` when it does not wait for this.
    """
    _check_waits(reply)
    post = reconcile.our_answer(reply, link=link)
    with transaction.atomic():
        reply = changes.lock(reply.pk)
        _check_waits(reply)
        outcomes.stands(reply, external_id=post.id, at=post.posted_at, verb="posted by hand", by=by)
    return reply


def _check_waits(reply: Reply) -> None:
    if reply.status != Reply.Status.BY_HAND:
        raise approval.Settled(approval.too_late(reply))
