"""How urgent a mention is when it comes, from 0 to 100, as a sum whose parts editors can see.

The desk adds what changes with time (how long it waits, whether a clip fits).
"""

import math
from collections.abc import Iterable

from campaign.intake import filters, risk
from campaign.networks.base import IncomingPost

REPLYABLE = 45
STAFFED = 25
UNKNOWN_LANGUAGE = 10
REACH_MOST = 30
REACH_PER_TENFOLD = 6
RISK = -30

Parts = dict[str, int]


def parts(post: IncomingPost, *, replyable: bool, languages: Iterable[str]) -> Parts:
    """Only the parts that count, largest first, as they stand under the tweet."""
    all_parts = {
        "replyable": REPLYABLE if replyable else 0,
        "staffed": _language(post.lang, languages),
        "reach": reach(post.author.followers),
        "risk": RISK if risk.words(post.text) else 0,
    }
    counting = [item for item in all_parts.items() if item[1]]
    return dict(sorted(counting, key=lambda item: -item[1]))


def total(some: Parts) -> int:
    return max(0, min(100, sum(some.values())))


def reach(followers: int | None) -> int:
    """6 for each tenfold: 10 followers 6, 1,000 18, 100,000 and more 30. Unknown counts nothing."""
    if not followers:
        return 0
    return min(REACH_MOST, round(REACH_PER_TENFOLD * math.log10(followers)))


def _language(lang: str, languages: Iterable[str]) -> int:
    if filters.staffed(lang, languages):
        return STAFFED
    return UNKNOWN_LANGUAGE if lang == filters.UNKNOWN_LANGUAGE else 0
