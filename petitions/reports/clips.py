"""What each clip has done for the petition so far, for those who choose one."""

import time
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from campaign.models import Campaign
from petitions.models import ClickCount, Signature

#: Seconds that a count is good for, in the cache that all processes share and again in this one.
LASTS = 30
#: The average counts as so many people of a clip's own, so that three clicks decide nothing.
PRIOR = 50

_here: "dict[int, tuple[float, Yields]]" = {}


@dataclass(frozen=True, slots=True)
class Yield:
    """People who came by a clip's links, and how many of them signed and confirmed."""

    people: int
    signed: int

    @property
    def rate(self) -> float:
        return self.signed / self.people if self.people else 0.0


@dataclass(frozen=True)
class Yields:
    """All clips of a campaign, by the hex of their ids: plain texts are quick to keep."""

    of: dict[str, tuple[int, int]]

    @cached_property
    def average(self) -> float:
        people = sum(people for people, _ in self.of.values())
        return sum(signed for _, signed in self.of.values()) / people if people else 0.0

    def get(self, clip: UUID) -> Yield | None:
        found = self.of.get(clip.hex)
        return Yield(*found) if found else None

    def likely(self, clip: UUID, *, average: float) -> float:
        """The clip's rate, drawn towards the AVERAGE while few have come by it."""
        found = self.get(clip) or Yield(0, 0)
        return (found.signed + PRIOR * average) / (found.people + PRIOR)


def yields(campaign: Campaign | int) -> Yields:
    """Counted from the tracked links of posted replies; at most a minute old.

    Thousands of clips are too many to fetch for every mention that somebody opens.
    """
    pk = campaign if isinstance(campaign, int) else campaign.pk
    at, known = _here.get(pk, (0.0, None))
    if known is not None and time.monotonic() - at < LASTS:
        return known
    key = f"clip-yields:{pk}"
    kept = cache.get(key)
    if not isinstance(kept, dict):
        kept = _count(pk)
        cache.set(key, kept, LASTS)
    _here[pk] = (time.monotonic(), known := Yields(kept))
    return known


def forget() -> None:
    """For tests: as a process that has just begun."""
    _here.clear()


def _count(campaign: int) -> dict[str, tuple[int, int]]:
    posted = Q(link__petition__campaign=campaign, link__posted_at__isnull=False)
    clicks = ClickCount.objects.filter(posted, link__clip_id__isnull=False)
    people = dict(clicks.values_list("link__clip_id").annotate(Sum("people")).order_by())
    confirmed = Signature.objects.confirmed().filter(posted, link__clip_id__isnull=False)
    signed = dict(confirmed.values_list("link__clip_id").annotate(Count("pk")).order_by())
    return {clip.hex: (people.get(clip, 0), signed.get(clip, 0)) for clip in {*people, *signed}}
