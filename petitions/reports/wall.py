"""What the big screen shows: the day's counters, the newest replies, where signatures come from.

Nobody who is answered is named. A storyteller is named, shown and placed as far as their consent
allows: only the `shown_…` facts of a link are read here.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from math import ceil, log10
from pathlib import Path

from django.db.models import Sum
from django.utils import timezone

from campaign.models import Campaign
from petitions import tallies
from petitions.models import CountSnapshot, TrackedLink
from petitions.reports import funnel, names, period
from petitions.reports.scope import WAIT, Quantile, Scope

NEWEST = 4
#: A reply is new for so long.
FRESH = timedelta(minutes=2)
#: A country's dots begin to glow anew when a signature came from it within this time.
LATELY = timedelta(hours=1)
WORLD = Path(__file__).resolve().parent.parent / "data" / "world.json"
BAR_WIDTH, BAR_HEIGHT = 1_776, 52


@dataclass(frozen=True, slots=True)
class Told:
    """One reply, as everybody may see it."""

    clip: str
    name: str
    place: str
    quote: str
    language: str
    posted_at: datetime
    waited: timedelta | None
    face: bool

    @property
    def who(self) -> str:
        return self.name or "Somebody"

    @property
    def is_fresh(self) -> bool:
        return timezone.now() - self.posted_at < FRESH

    @property
    def facts(self) -> str:
        """ "Kakuma, Kenya. In English, 3 min 51 s after the tweet.", as far as it may be said."""
        spoken = f"In {names.language(self.language)}" if self.language else ""
        after = f"{names.time(self.waited)} after the tweet" if self.waited is not None else ""
        how = ", ".join(part for part in (spoken, after) if part)
        return " ".join(f"{part}." for part in (self.place, how) if part)


@dataclass(frozen=True, slots=True)
class Hour:
    """One bar of the day; those to come are empty."""

    x: float
    width: float
    height: float
    label: str
    number: int
    now: bool

    @property
    def y(self) -> float:
        return BAR_HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Map:
    """Dots of a world map, as paths of points: all land, and what is lit, in three strengths."""

    width: int
    height: int
    land: str
    lit: list[tuple[int, str]]
    rings: list[tuple[float, float, str]]


class Wall:
    """Everything that the page shows, asked for once."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        today = Scope(campaign, period.read({"period": "today"}))
        found = funnel.read(today)
        self.today = found.total
        self.moments = found.moments
        self.median: timedelta | None = (
            today.replies().exclude(tweeted_at=None).aggregate(it=Quantile(WAIT, share=0.5))["it"]
        )
        counts = CountSnapshot.objects.filter(petition__campaign=campaign)
        self.confirmed: int = counts.aggregate(it=Sum("confirmed"))["it"] or 0
        self.countries = _countries(campaign)
        self.lately = _lately(campaign)
        self.told = _newest(campaign)

    @property
    def earlier(self) -> list[Told]:
        return self.told[1:]

    @property
    def now(self) -> datetime:
        return timezone.localtime()

    @cached_property
    def hours(self) -> list[Hour]:
        """Replies of each hour of the day: twenty-four, or as many as the day has."""
        start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        number = len(self.moments)
        length = max(24, number)
        top = max((one.replies for one in self.moments), default=0) or 1
        slot = BAR_WIDTH / length
        bars = []
        for index in range(length):
            one = self.moments[index] if index < number else None
            replies = one.replies if one else 0
            at = timezone.localtime(one.at) if one else start + timedelta(hours=index)
            bars.append(
                Hour(
                    x=round(index * slot, 1),
                    width=round(slot - 3, 1),
                    height=max(1.0, round(replies / top * BAR_HEIGHT, 1)),
                    label=f"{at:%H}" if index % 3 == 0 else "",
                    number=replies,
                    now=one.now if one else False,
                )
            )
        return bars

    @cached_property
    def map(self) -> Map:
        return world_map(self.countries, lately=self.lately)


def _newest(campaign: Campaign) -> list[Told]:
    links = TrackedLink.objects.filter(
        petition__campaign=campaign, posted_at__isnull=False, clip_id__isnull=False
    ).order_by("-posted_at")[:NEWEST]
    return [
        Told(
            clip=str(link.clip_id),
            name=link.shown_name,
            place=link.shown_place,
            quote=link.shown_quote,
            language=link.language,
            posted_at=link.posted_at,
            waited=link.posted_at - link.tweeted_at if link.tweeted_at else None,
            face=link.shown_face,
        )
        for link in links
        if link.posted_at is not None
    ]


def _countries(campaign: Campaign) -> dict[str, int]:
    """Confirmed signatures of all time, by country."""
    facts = Scope(campaign, period.read({"period": "all"})).facts
    found = tallies.rows(
        f"""SELECT key, sum(confirmed) FROM ({tallies.days_quick("country")}) AS counted
            GROUP BY key HAVING sum(confirmed) > 0""",
        facts,
    )
    numbers = {json.loads(key)[0]: int(number) for key, number in found}
    return {country: number for country, number in numbers.items() if country}


def _lately(campaign: Campaign) -> list[str]:
    """Countries of the newest signatures, the newest first."""
    found = tallies.rows(
        """SELECT country FROM petitions_signature
            WHERE petition_id IN
                    (SELECT id FROM petitions_petition WHERE campaign_id = %(campaign)s)
                AND state = 'confirmed' AND country <> '' AND confirmed_at > %(since)s
            ORDER BY confirmed_at DESC LIMIT 40""",
        {"campaign": campaign.pk, "since": timezone.now() - LATELY},
    )
    return list(dict.fromkeys(country for (country,) in found))[:3]


@cache
def _world() -> tuple[int, int, dict[str, list[tuple[float, float]]], str]:
    """The map's size, each country's dots (its heart first), and all land as one path."""
    data = json.loads(WORLD.read_text())
    dots = {
        code: [(float(x), float(y)) for x, y in places]
        for code, places in data["countries"].items()
    }
    land = _path(dot for places in dots.values() for dot in places)
    return data["width"], data["height"], dots, land


def _path(dots: Iterable[tuple[float, float]]) -> str:
    return "".join(f"M{x:g} {y:g}h0" for x, y in dots)


def world_map(countries: dict[str, int], *, lately: list[str]) -> Map:
    """More signatures light more of a country's dots, and brighter ones; few light one."""
    width, height, dots, land = _world()
    most = max(countries.values(), default=0)
    levels: dict[int, list[tuple[float, float]]] = {1: [], 2: [], 3: []}
    for code, number in countries.items():
        listed = dots.get(code, [])
        lit = min(len(listed), 1 + ceil(3 * log10(number)))
        level = 3 if number * 10 >= most else 2 if number * 100 >= most else 1
        levels[level] += listed[:lit]
    rings = [(*dots[code][0], names.country(code)) for code in lately if dots.get(code)]
    return Map(width, height, land, [(level, _path(one)) for level, one in levels.items()], rings)
