"""How fast an account posts: what the network allows, what looks human, what a broken line bears.

Everything is read from the account's newest attempts, under its row lock: nothing to lose, and no
two workers who count alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from random import Random
from typing import Any

from campaign.models import Account
from campaign.prepared import Given, Prepared
from responders import pacing, prices
from responders.models import Attempt

#: So far back is looked for the network's last word on its window.
NEWEST = 20
#: After so many calls in a row without an answer, one call at a time tries whether it is over.
MOST_FAILURES = 2
LONGEST_BACK_OFF = 60.0
WHILE_TRYING = timedelta(seconds=2)
#: An attempt in flight for longer belongs to a dead worker.
FLIGHT = timedelta(seconds=90)

_NEWEST = Prepared(
    lambda: (
        Attempt.objects.filter(reply__account=Given("account"))
        .order_by("-pk")
        .only("started_at", "finished_at", "outcome", "response")[:NEWEST]
    )
)
_RECENT = Prepared(
    lambda: (
        Attempt.objects.filter(reply__account=Given("account"), started_at__gt=Given("since"))
        .exclude(outcome__in=[Attempt.Outcome.UNREACHABLE, Attempt.Outcome.LIMITED])
        .order_by("started_at")
        .values_list("started_at", flat=True)
    )
)


@dataclass(frozen=True, slots=True)
class Window:
    """What the network still takes until a time."""

    left: int
    until: datetime


def next_at(account: Account, *, at: datetime) -> datetime | None:
    """When the account may post again; None: now."""
    told = pacing.waits_until(account.pk)
    attempts = _NEWEST.all(account=account.pk)
    seen = window(account, attempts, at=at)
    waits = [
        told,
        seen.until if seen.left <= 0 else None,
        _apart(attempts, seconds=account.campaign.jitter_seconds),
        _broken(attempts, at=at),
    ]
    return max((wait for wait in waits if wait is not None and wait > at), default=None)


def window(account: Account, attempts: Sequence[Attempt], *, at: datetime) -> Window:
    """Our own count since the network's last word; without a word, against the price list."""
    sent = 0
    for attempt in attempts:
        told = _told(attempt)
        if told is not None and told.until > at:
            return Window(told.left - sent, told.until)
        sent += attempt.outcome != Attempt.Outcome.UNREACHABLE
    known = prices.of(account.network)
    recent = _RECENT.all(account=account.pk, since=at - known.window)
    times = recent[: known.posts_a_window]
    first = times[0] if times else at
    return Window(known.posts_a_window - len(times), first + known.window)


def _told(attempt: Attempt) -> Window | None:
    said: dict[str, Any] | None = attempt.response.get("window")
    if not said:
        return None
    return Window(int(said["remaining"]), datetime.fromisoformat(said["resets_at"]))


def _apart(attempts: Sequence[Attempt], *, seconds: int) -> datetime | None:
    """A pause of chance length after the last one, the same for all who ask."""
    if not attempts or not seconds:
        return None
    last = attempts[0]
    pause = Random(last.pk).uniform(0, seconds)  # noqa: S311  it spreads, it hides nothing
    return last.started_at + timedelta(seconds=pause)


def _broken(attempts: Sequence[Attempt], *, at: datetime) -> datetime | None:
    """While calls go unanswered, one after the other and ever slower: not all workers into it."""
    ended = [attempt for attempt in attempts if attempt.finished_at is not None]
    failures = sum(1 for _ in takewhile(_unanswered, ended))
    if failures < MOST_FAILURES:
        return None
    flying = (one for one in attempts if one.finished_at is None and at - one.started_at < FLIGHT)
    if any(flying):
        return at + WHILE_TRYING
    last = ended[0].finished_at
    assert last is not None  # noqa: S101  they have ended
    return last + timedelta(seconds=min(2.0 ** (failures - 1), LONGEST_BACK_OFF))


def _unanswered(attempt: Attempt) -> bool:
    """The network was not reached, or said nothing of use. A lost worker says nothing of it."""
    if attempt.outcome == Attempt.Outcome.UNREACHABLE:
        return True
    said = attempt.response
    unknown = attempt.outcome == Attempt.Outcome.UNKNOWN
    return unknown and said.get("status") != 403 and not said.get("lost_worker")
