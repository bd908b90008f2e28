"""The plan of the trouble, drawn from a seed: every kind of it at least once."""

from dataclasses import dataclass
from itertools import cycle
from random import Random

from campaign.sandbox import faults
from campaign.sandbox.troubles import WORDS

CREATE = "POST /2/tweets"
TIMELINE = "GET /2/users/{id}/tweets"
STATUS = "GET /2/media/upload"
APPEND = "POST /2/media/upload/{id}/append"
DELETE = "DELETE /2/tweets/{id}"
SEARCH = "GET /2/tweets/search/recent"
#: Routes whose usual limits for a quarter of an hour are too narrow for so much in so short a time.
UNLIMITED = (
    CREATE,
    DELETE,
    SEARCH,
    faults.STREAM,
    "GET /2/tweets/search/stream/rules",
    "POST /2/tweets/search/stream/rules",
    "GET /2/connections",
    "DELETE /2/connections",
)

#: (what, how often beside the others). The dear ones come seldom.
WHAT = {
    "fault": 50,
    "kill posting": 12,
    "kill uploads": 4,
    "kill clock": 4,
    "kill listen": 2,
    "pause": 8,
    "edit": 5,
    "undo": 5,
    "wish": 4,
    "tweet": 6,
    "delete tweet": 4,
    "take down": 4,
    "withdraw": 2,
    "shrink limit": 3,
    "empty valkey": 2,
    "restart postgres": 2,
}
#: What needs something to stand on X: not in the first part.
LATE, EARLY = {"take down", "withdraw"}, 0.4
#: Seconds from one trouble to the next.
EVERY = 0.6

#: (kind, where, the refusal's words). A kind that has a place of its own needs none.
FAULTS: list[tuple[str, str | None, str | None]] = [
    *[("refuse", CREATE, words) for words in WORDS.values()],
    *[(kind, CREATE, None) for kind in (
        "timeout_after", "timeout_before", "reset_after", "reset_before", "error_after",
        "unreadable", "late_answer", "429", "429_88", "500", "503", "402", "401", "413",
    )],
    *[(kind, TIMELINE, None) for kind in (
        "500", "reset_before", "timeout_before", "429", "unreadable",
    )],
    *[(kind, APPEND, None) for kind in ("500", "413", "reset_after")],
    *[(kind, DELETE, None) for kind in ("500", "timeout_after", "429", "reset_after")],
    *[(kind, SEARCH, None) for kind in ("503", "timeout_before")],
    ("503", STATUS, None),
    ("unreadable", faults.STREAM, None),
    *[(kind, None, None) for kind, place in faults.KINDS.items() if place],
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """At so many seconds from the start. `number` and `share` say of what, and how much."""

    at: float
    what: str
    number: int
    share: float


def plan(seed: int, *, seconds: float) -> list[Event]:
    """The same seed makes the same plan. Faults are dealt from a shuffled deck of them all."""
    random = Random(seed)
    count = max(len(WHAT), round(seconds / EVERY))
    more = random.choices(list(WHAT), weights=list(WHAT.values()), k=count - len(WHAT))
    deck = cycle(random.sample(range(len(FAULTS)), k=len(FAULTS)))
    events = []
    for what in [*WHAT, *more]:
        first = EARLY * seconds if what in LATE else 1.0
        number = next(deck) if what == "fault" else random.randrange(1 << 30)
        events.append(Event(random.uniform(first, seconds), what, number, random.random()))
    return sorted(events, key=lambda event: event.at)
