"""When a break would be good. Kept in the cache alone: nothing depends on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from campaign.models import User

#: So long at a stretch, and a break would be good. (Screen work with distressing material: short
#: and often; an hour and a half is the longest that is asked of anybody here.)
STRETCH = timedelta(minutes=90)
#: Away from the desk for so long is a break.
BREAK = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long somebody has worked without a break."""

    since: datetime

    @property
    def worked(self) -> timedelta:
        return timezone.now() - self.since

    @property
    def left(self) -> timedelta:
        """Until a break would be good; zero when it is due."""
        return max(timedelta(0), STRETCH - self.worked)


def working(user: User) -> Stretch:
    """They are at work just now; a new stretch begins after a break."""
    now = timezone.now()
    key = f"stretch:{user.pk}"
    kept = cache.get(key)
    since = kept[0] if isinstance(kept, tuple) and now - kept[1] < BREAK else now
    cache.set(key, (since, now), STRETCH.total_seconds() * 8)
    return Stretch(since)


def took_one(user: User) -> None:
    """They say that they have had a break."""
    cache.delete(f"stretch:{user.pk}")
