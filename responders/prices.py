"""What a network asks for a post, and how many it takes in a window: `data/prices.json`.

Whether X charges a summoned reply with a link as a reply or as a post with a link is not said, so
the dearest of what a reply of ours may be counts.
"""

import json
import math
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "prices.json"


@dataclass(frozen=True, slots=True)
class Prices:
    """`reply` is in whole cents of the network's currency, `read` (one post read) in cents."""

    currency: str
    reply: int
    read: float
    posts_a_window: int
    window: timedelta


class NoPrices(LookupError):
    """A network without a price would be posted to without a limit."""


@cache
def of(network: str) -> Prices:
    """The network's prices. Raises `NoPrices`."""
    listed = json.loads(FILE.read_text())
    if network not in listed:
        raise NoPrices(f"{FILE.name} has no prices of {network!r}: add them before posting there.")
    facts = listed[network]
    ours = ("post", "post_with_link", "summoned_reply")
    return Prices(
        currency=facts["currency"],
        read=facts["cents"]["read"],
        reply=math.ceil(max(facts["cents"][kind] for kind in ours)),
        posts_a_window=facts["posts_a_window"],
        window=timedelta(seconds=facts["window_seconds"]),
    )
