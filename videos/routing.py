"""Which crew is best placed for a brief, with the reasons in words.

Simple reasons on purpose, each worth some points: somebody there speaks the language, somebody is
on duty, it is light and not night there, little else is asked of them. An editor decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.utils import timezone

from campaign.models import Campaign, Mention
from videos import clocks, daylight
from videos.models import Brief, Clip, Consent, CrewMember, Place, Storyteller, StorytellerQuerySet
from videos.themes import THEMES

NETWORK = "x"
#: With less light left than this, a film made now may end in the dark.
ENOUGH_LIGHT = timedelta(minutes=45)
LANGUAGE, DUTY, AWAKE, LIGHT = 8, 6, 5, 4
#: What each open brief there takes off; beyond that many it makes no difference any more.
LOAD, MOST_LOAD = 1, 5
OWN, FIT, BUSY = 2, 2, 3
GLANCE_LASTS = 30


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of why: a heading, the words, and whether it speaks for the place."""

    heading: str
    words: str
    good: bool


@dataclass(frozen=True, slots=True)
class Teller:
    """One storyteller who may be asked there now."""

    person: Storyteller
    points: int
    own_language: bool
    speaks: bool
    about: tuple[str, ...]
    busy: bool

    @property
    def words(self) -> str:
        own = "own language" if self.own_language else "speaks it"
        said = [own if self.speaks else "does not speak it"]
        if self.about:
            said.append(f"spoke of {self.about[0].lower()} before")
        if self.busy:
            said.append("asked already")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Placing:
    """A place as it is at one moment, and how well it is placed."""

    place: Place
    points: int
    on_duty: tuple[str, ...]
    reads: tuple[str, ...]
    light: daylight.Light | None
    load: int
    tellers: tuple[Teller, ...]
    reasons: tuple[Reason, ...]

    @property
    def best(self) -> Teller | None:
        """Who fits best: the first of those who speak the language and are free."""
        return next((one for one in self.tellers if one.speaks and not one.busy), None)

    def why(self, person: Storyteller | None) -> tuple[tuple[str, str], ...]:
        """The reasons as a brief keeps them, with the storyteller's own."""
        said = [(reason.heading, reason.words) for reason in self.reasons]
        teller = next((one for one in self.tellers if one.person == person), None)
        if teller is not None:
            said.append((teller.person.public_name, teller.words.capitalize()))
        return tuple(said)


def rank(
    campaign: Campaign,
    *,
    language: str,
    themes: Iterable[str] = (),
    at: datetime | None = None,
) -> list[Placing]:
    """The campaign's places, the best placed first, in a fixed number of queries."""
    now = at or timezone.now()
    short = language.split("-", maxsplit=1)[0]
    touched = set(themes)
    placings = [
        _place(place, language=short, themes=touched, at=now)
        for place in _places(campaign, themes=touched, at=now)
    ]
    return sorted(placings, key=lambda one: (-one.points, one.place.name))


@dataclass(frozen=True, slots=True)
class Glance:
    """The place that would be asked first, and how long it usually takes."""

    place: str
    timezone: str
    light: daylight.Light | None
    usual: timedelta | None

    @property
    def now(self) -> datetime:
        return timezone.now().astimezone(ZoneInfo(self.timezone))


def glance(campaign: Campaign, *, language: str) -> Glance | None:
    """For the desk, at most half a minute old; None where no place films for the campaign."""
    key = f"field-glance:{campaign.pk}:{language}"
    kept: Glance | Literal["nowhere"] | None = cache.get(key)
    if kept is None:
        first = next(iter(rank(campaign, language=language)), None)
        kept = _glance(campaign, first) if first else "nowhere"
        cache.set(key, kept, GLANCE_LASTS)
    return None if kept == "nowhere" else kept


def _glance(campaign: Campaign, first: Placing) -> Glance:
    whole = clocks.usual(campaign).whole
    return Glance(first.place.name, first.place.timezone, first.light, whole)


def themes_of(mention: Mention | None) -> list[str]:
    """What the tweet is about, as the intake found it."""
    return list(mention.themes) if mention is not None else []


def _places(campaign: Campaign, *, themes: set[str], at: datetime) -> Iterable[Place]:
    theirs = Storyteller.objects.filter(place=OuterRef("pk"), campaign=campaign)
    askable = _askable(campaign, themes=themes, at=at)
    open_briefs = Count("briefs", filter=Q(briefs__status__in=Brief.OPEN), distinct=True)
    return (
        Place.objects.filter(Exists(theirs))
        .annotate(load=open_briefs)
        .prefetch_related(
            Prefetch("crew", CrewMember.objects.select_related("user").order_by("pk")),
            Prefetch("storytellers", askable, to_attr="askable"),
        )
    )


def _askable(campaign: Campaign, *, themes: set[str], at: datetime) -> StorytellerQuerySet:
    """Active storytellers who agreed, with what they spoke of and if they are asked."""
    consents = Consent.objects.agreed(network=NETWORK, campaign=campaign, at=at)
    asked = Brief.objects.open().filter(storyteller=OuterRef("pk"))
    shown = [Clip.Status.READY, Clip.Status.PROCESSING, Clip.Status.RECEIVED]
    about = Clip.objects.filter(
        storyteller=OuterRef("pk"), status__in=shown, themes__overlap=sorted(themes) or ["-"]
    )
    return (
        Storyteller.objects.filter(campaign=campaign, active=True)
        .filter(Exists(consents.filter(storyteller=OuterRef("pk"))))
        .annotate(
            busy=Exists(asked),
            spoke_of=Subquery(about.values("themes")[:1]),
        )
    )


def _place(place: Place, *, language: str, themes: set[str], at: datetime) -> Placing:
    askable: list[Storyteller] = getattr(place, "askable", [])
    tellers = [_teller(one, language=language, themes=themes) for one in askable]
    tellers.sort(key=lambda one: (-one.points, one.person.public_name))
    crew = list(place.crew.all())
    on_duty = tuple(one.user.short_name for one in crew if one.on_duty)
    light = daylight.at(place, at)
    load: int = getattr(place, "load", 0)
    judged = (
        (LANGUAGE, _language(tellers)),
        (DUTY, _duty(on_duty, crew)),
        (LIGHT, _light(light)),
        (AWAKE, _hours(place, at=at)),
        (0, _load(load)),
    )
    points = sum(worth for worth, reason in judged if reason.good) - LOAD * min(load, MOST_LOAD)
    return Placing(
        place=place,
        points=points,
        on_duty=on_duty,
        reads=tuple(sorted({one.user.language for one in crew})),
        light=light,
        load=load,
        tellers=tuple(tellers),
        reasons=tuple(reason for _, reason in judged),
    )


def _teller(person: Storyteller, *, language: str, themes: set[str]) -> Teller:
    own = person.languages[:1] == [language]
    speaks = language in person.languages
    spoke_of: list[str] = getattr(person, "spoke_of", None) or []
    about = tuple(THEMES.get(one, one) for one in sorted(themes.intersection(spoke_of)))
    busy = bool(getattr(person, "busy", False))
    points = LANGUAGE * speaks + OWN * own + FIT * bool(about) - BUSY * busy
    return Teller(person, points, own, speaks, about, busy)


def _language(tellers: list[Teller]) -> Reason:
    names = [one.person.public_name for one in tellers if one.speaks]
    if not names:
        return Reason("Language", "Nobody on file speaks it", good=False)
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return Reason("Language", f"Spoken by {', '.join(names[:2])}{more}", good=True)


def _duty(on_duty: tuple[str, ...], crew: list[CrewMember]) -> Reason:
    if on_duty:
        return Reason("On duty", ", ".join(on_duty), good=True)
    return Reason("On duty", "Nobody now" if crew else "No crew yet", good=False)


def _light(light: daylight.Light | None) -> Reason:
    if light is None:
        return Reason("Light", "Not known: the place has no position", good=False)
    if light.is_light:
        words = f"{hours(light.left)}, until {light.until:%H:%M} there"
        return Reason("Light", words, good=light.left >= ENOUGH_LIGHT)
    return Reason("Light", f"Dark until {light.until:%H:%M} there", good=False)


def _hours(place: Place, *, at: datetime) -> Reason:
    there = at.astimezone(place.tz)
    if place.is_quiet(at=at):
        rings = place.rings_at(at=at)
        return Reason("Hours", f"{there:%H:%M}, quiet until {rings:%H:%M}", good=False)
    return Reason("Hours", f"{there:%H:%M}, phones ring", good=True)


def _load(load: int) -> Reason:
    words = "Nothing else asked" if not load else f"{load} open brief{'s' if load > 1 else ''}"
    return Reason("Load", words, good=load <= 2)


def hours(span: timedelta) -> str:
    """1 h 48 min; 40 min."""
    minutes = int(span.total_seconds() // 60)
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest:02d} min" if whole else f"{rest} min"
