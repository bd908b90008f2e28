"""How urgent a mention is, as a sum whose parts editors can see, and its place in the queue.

Waiting counts one point in `A_POINT`, the same for everybody, so the order of two mentions never
changes because time passes. Each has one fixed place: when it was received, moved earlier by
`A_POINT` for every other point. The queue is a range of an index over that, and nothing has to be
recomputed.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from campaign.intake import filters, risk

A_POINT = timedelta(minutes=15)

CLIP = 25
STAFFED = 20
UNKNOWN_LANGUAGE = 10
REPLYABLE = 15
REACH_MOST = 20
REACH_PER_TENFOLD = 4
RISK = -20
#: A crew has filmed an answer to this very person: before everything else, for days.
FOOTAGE = 500

Parts = dict[str, int]


def parts(
    *,
    text: str,
    lang: str,
    followers: int | None,
    replyable: bool,
    has_clip: bool,
    languages: Iterable[str],
) -> Parts:
    """Only the parts that count, largest first, as they stand under the tweet."""
    all_parts = {
        "clip": CLIP if has_clip else 0,
        "staffed": _language(lang, languages),
        "replyable": REPLYABLE if replyable else 0,
        "reach": reach(followers),
        "risk": RISK if risk.words(text) else 0,
    }
    counting = [item for item in all_parts.items() if item[1]]
    return dict(sorted(counting, key=lambda item: -item[1]))


def total(some: Parts) -> int:
    return sum(some.values())


def place(received_at: datetime, points: int) -> datetime:
    """Where it stands in the queue; the earliest is first."""
    return received_at - points * A_POINT


def waiting(received_at: datetime, *, at: datetime) -> int:
    """The points that it has got by waiting."""
    return max(0, (at - received_at) // A_POINT)


def reach(followers: int | None) -> int:
    """4 for each tenfold: 10 followers 4, 1,000 12, 100,000 and more 20. Unknown counts nothing."""
    if not followers:
        return 0
    return min(REACH_MOST, round(REACH_PER_TENFOLD * math.log10(followers)))


def _language(lang: str, languages: Iterable[str]) -> int:
    if filters.staffed(lang, languages):
        return STAFFED
    return UNKNOWN_LANGUAGE if lang == filters.UNKNOWN_LANGUAGE else 0


def first(some: Parts) -> Parts:
    """The same with footage that was filmed for this very person."""
    return {"footage": FOOTAGE, **some}
