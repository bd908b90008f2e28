"""London's board: every place with its clock, its light, its people, and its briefs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from campaign.models import Campaign, Mention
from videos import clocks, daylight
from videos.models import Brief, BriefQuerySet, Consent, CrewMember, Place, Storyteller
from videos.routing import NETWORK

MOST = 200


class Show(StrEnum):
    OPEN = "open"
    LATE = "late"
    READY = "ready"
    DONE = "done"


#: A link of fewer bytes a second is slow: a film of 12 MB takes four minutes.
SLOW = 50_000


@dataclass(frozen=True, slots=True)
class Group:
    """A place with its clock, its light, its people, and its rows."""

    place: Place
    now: datetime
    day: daylight.Daylight | None
    light: daylight.Light | None
    on_duty: tuple[str, ...]
    tellers: int
    busy: int
    rows: tuple[clocks.Row, ...]

    @property
    def marks(self) -> dict[str, float]:
        """Sunrise, sunset and now as per cent of the day there, for the bar."""
        points = {"now": self.now}
        if self.day is not None:
            points |= {"rises": self.day.rises, "sets": self.day.sets}
        return {name: round((at.hour * 60 + at.minute) / 14.4, 1) for name, at in points.items()}

    @property
    def link(self) -> float | None:
        """Bytes a second of the quickest film that is coming from there; None while none is."""
        coming = [row.coming for row in self.rows if row.coming and row.coming.offline is None]
        return max((one.rate for one in coming if one.arrived), default=None)

    @property
    def is_slow(self) -> bool:
        return self.link is not None and self.link < SLOW


@dataclass(frozen=True, slots=True)
class Figures:
    open: int
    late: int
    done: int
    usual: clocks.Usual


def figures(campaign: Campaign) -> Figures:
    """The board's numbers: one query beside what is usual."""
    now = timezone.now()
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    unsettled = Q(status__in=[*Brief.OPEN, Brief.Status.DECLINED], replacement=None)
    waits = Q(status=Brief.Status.RECEIVED, ready_at=None, replacement=None)
    counted = Brief.objects.filter(campaign=campaign).aggregate(
        open=Count("pk", filter=unsettled | waits),
        late=Count("pk", filter=Q(status__in=Brief.OPEN, deadline__lt=now)),
        done=Count("pk", filter=Q(ready_at__gte=today)),
    )
    return Figures(**counted, usual=clocks.usual(campaign))


def groups(campaign: Campaign, *, show: Show = Show.OPEN) -> list[Group]:
    """The board by place, each with its rows by deadline; places without a row stay visible."""
    now = timezone.now()
    found = clocks.rows(_shown(campaign, show, at=now)[:MOST], campaign=campaign)
    return [
        _group(place, [one for one in found if one.brief.place_id == place.pk], at=now)
        for place in _places(campaign, at=now)
    ]


def _shown(campaign: Campaign, show: Show, *, at: datetime) -> BriefQuerySet:
    briefs = clocks.complete(Brief.objects.filter(campaign=campaign)).order_by("deadline", "pk")
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    to_pair = Q(ready_at__isnull=False, mention__status__in=Mention.OPEN)
    if show is Show.LATE:
        return briefs.late(at=at)
    if show is Show.READY:
        return briefs.filter(to_pair)
    if show is Show.DONE:
        return briefs.filter(ready_at__gte=today).order_by("-ready_at")
    return briefs.filter(Q(pk__in=briefs.unsettled().values("pk")) | to_pair)


def _places(campaign: Campaign, *, at: datetime) -> list[Place]:
    """The campaign's places with `tellers` (who may be filmed) and `busy` (who are asked)."""
    consents = Consent.objects.agreed(network=NETWORK, campaign=campaign, at=at).values(
        "storyteller"
    )
    may = Q(storytellers__campaign=campaign, storytellers__active=True)
    ready = may & Q(storytellers__in=consents)
    asked = may & Q(storytellers__briefs__status__in=Brief.OPEN)
    theirs = Storyteller.objects.filter(campaign=campaign).values("place")
    crew = Prefetch("crew", CrewMember.objects.filter(on_duty=True).select_related("user"))
    return list(
        Place.objects.filter(pk__in=theirs)
        .annotate(
            tellers=Count("storytellers", filter=ready, distinct=True),
            busy=Count("storytellers", filter=asked, distinct=True),
        )
        .prefetch_related(crew)
    )


def _group(place: Place, rows: list[clocks.Row], *, at: datetime) -> Group:
    there = at.astimezone(place.tz)
    return Group(
        place=place,
        now=there,
        day=daylight.on(place, there.date()),
        light=daylight.at(place, at),
        on_duty=tuple(one.user.short_name for one in place.crew.all()),
        tellers=getattr(place, "tellers", 0),
        busy=getattr(place, "busy", 0),
        rows=tuple(rows),
    )
