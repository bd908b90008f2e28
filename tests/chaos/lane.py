"""What a senior editor does with the problems lane when the trouble is over."""

import time
from contextlib import suppress
from functools import partial

from responders.actions import approval, reconcile, takedown
from responders.actions.changes import Refused
from responders.models import Reply
from tests.chaos.ledger import posts_by_tweet, unheard
from tests.chaos.monkey import Monkey, steadily

UNDER_WAY = (
    Reply.Status.APPROVED,
    Reply.Status.POSTING,
    Reply.Status.UNKNOWN,
    Reply.Status.REMOVING,
    Reply.Status.STALE,
)


def settle(hands: Monkey, *, seconds: float) -> None:
    """Until nothing is under way; the workers do it, and people approve what is stale.

    A withdrawal that nobody was told of, and a tweet that nobody heard, are found by sweeps.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        hands.tend()
        under_way = Reply.objects.filter(status__in=UNDER_WAY).exists()
        if not (under_way or takedown.left_over() or unheard(hands.sandbox)):
            return
        time.sleep(0.2)


def resolve(hands: Monkey, *, turn: int) -> int:
    """Settle each problem as a person would who looks at X. Returns how many there were."""
    posts = posts_by_tweet(hands.sandbox)
    problems = list(Reply.objects.filter(status=Reply.Status.PROBLEM).select_related("mention"))
    for number, reply in enumerate(problems):
        there = [one for one in posts[reply.mention.external_id] if one["deleted_at"] is None]
        link = f"https://x.com/us/status/{there[0]['id']}" if there else ""
        once_more = turn == 0 and number % 2 == 0
        steadily(partial(_decide, hands, reply, link=link, once_more=once_more))
    return len(problems)


def _decide(hands: Monkey, reply: Reply, *, link: str, once_more: bool) -> None:
    by = hands.cast.senior
    with suppress(Refused):
        if reply.external_id:
            takedown.take_down(reply, reason="again", by=by)
        elif link:
            reconcile.it_is_there(reply, link=link, by=by)
        elif once_more:
            reconcile.post_again(reply, by=by)
        elif reply.attempts.filter(outcome__in=approval.MAY_EXIST).exists():
            reconcile.give_up(reply, by=by)
            hands.promises.settled.add(reply.pk)
        else:
            approval.cancel(reply, by=by)
            hands.promises.settled.add(reply.pk)
