"""How long people waited for our reply."""

from dataclasses import dataclass
from datetime import timedelta

from petitions.reports.scope import ALL, WAIT, Quantile, Scope


@dataclass(frozen=True, slots=True)
class Speed:
    """Half of the replies were out within `median`, nine in ten within `nine_in_ten`."""

    place: str
    replies: int
    median: timedelta
    nine_in_ten: timedelta


def read(scope: Scope) -> list[Speed]:
    """All replies first (under an empty place), then each place, the busiest first."""
    known = scope.replies().exclude(tweeted_at=None)
    facts = {
        "replies": ALL,
        "median": Quantile(WAIT, share=0.5),
        "nine_in_ten": Quantile(WAIT, share=0.9),
    }
    whole = known.aggregate(**facts)
    if not whole["replies"]:
        return []
    by_place = known.values("place").annotate(**facts).order_by("-replies", "place")
    return [Speed(place="", **whole), *(Speed(**row) for row in by_place)]
