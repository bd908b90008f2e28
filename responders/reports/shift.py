"""One person's day: what they answered, what waits for somebody, how fast."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from campaign.models import Campaign, Mention, User
from responders import breaks
from responders.actions import budgets
from responders.models import Reply
from responders.reports.outbox import Median

LASTS = 60
SHOWN = 100

#: What an editor has begun and nobody has seen yet on the network.
ON_THE_WAY = (
    Reply.Status.SUBMITTED,
    Reply.Status.APPROVED,
    Reply.Status.BY_HAND,
    Reply.Status.POSTING,
    Reply.Status.UNKNOWN,
    Reply.Status.PROBLEM,
    Reply.Status.STALE,
)


@dataclass(frozen=True, slots=True)
class Shift:
    """Today: how many answered, in what time at the median, and how long without a break."""

    answered: int
    median: timedelta | None
    stretch: breaks.Stretch

    @property
    def minutes_left(self) -> int:
        return int(self.stretch.left.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Day:
    """My day, whole. `waiting` begins with what needs its author most."""

    shift: Shift
    answered: list[Reply]
    waiting: list[Reply]
    sent_back: list[Reply]
    claimed: list[Mention]
    dismissed: int


def shift(campaign: Campaign, *, by: User) -> Shift:
    """Today's figures, at most a minute old."""
    key = f"shift:{campaign.pk}:{by.pk}"
    kept = cache.get(key)
    if not isinstance(kept, tuple):
        found = _posted_today(campaign, by).aggregate(
            answered=Count("pk"), median=Median(F("posted_at") - F("mention__posted_at"))
        )
        kept = (found["answered"], found["median"])
        cache.set(key, kept, LASTS)
    return Shift(answered=kept[0], median=kept[1], stretch=breaks.working(by))


def day(campaign: Campaign, *, by: User) -> Day:
    own = (
        Reply.objects.filter(account__campaign=campaign, author=by)
        .select_related("mention", "clip__storyteller", "approved_by")
        .defer("mention__raw", "mention__search")
    )
    cache.delete(f"shift:{campaign.pk}:{by.pk}")
    now = timezone.now()
    sent_back = own.filter(status=Reply.Status.DRAFT, problem="sent_back")
    held = Mention.objects.filter(campaign=campaign, claimed_by=by, claimed_until__gt=now)
    dismissed = Mention.objects.filter(
        campaign=campaign,
        handled_by=by,
        status=Mention.Status.DISMISSED,
        handled_at__gte=budgets.midnight(now),
    )
    return Day(
        shift=shift(campaign, by=by),
        answered=list(_today(own.posted()).order_by("-posted_at")[:SHOWN]),
        waiting=list(own.filter(status__in=ON_THE_WAY).order_by("updated_at")[:SHOWN]),
        sent_back=list(sent_back.order_by("updated_at")[:SHOWN]),
        claimed=list(held.defer("raw", "search").order_by("claimed_until")[:SHOWN]),
        dismissed=dismissed.count(),
    )


def _posted_today(campaign: Campaign, by: User) -> QuerySet[Reply]:
    return _today(Reply.objects.posted().filter(account__campaign=campaign, author=by))


def _today(posted: QuerySet[Reply]) -> QuerySet[Reply]:
    return posted.filter(posted_at__gte=budgets.midnight(timezone.now()))
