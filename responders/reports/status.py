"""What the top bar says of an account's day, beside the counts: the money that is left."""

from contextlib import suppress
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.utils import timezone
from redis import RedisError

from campaign.models import Campaign
from responders.actions import budgets

LASTS = 10


@dataclass(frozen=True, slots=True)
class Budget:
    """In cents, over the campaign's accounts."""

    left: int
    whole: int
    is_low: bool = False

    @property
    def dollars(self) -> str:
        return f"${max(0, self.left) / 100:,.2f}"


def budget(campaign: Campaign) -> Budget:
    """Two queries an account, at most every ten seconds."""
    key = f"budget:{campaign.pk}"
    with suppress(RedisError):
        if isinstance(kept := cache.get(key), dict):
            return Budget(**kept)
    now = timezone.now()
    days = [budgets.day(account, at=now) for account in campaign.accounts.active()]
    found = Budget(
        left=sum(day.cents_left for day in days),
        whole=sum(day.cents for day in days),
        is_low=any(day.is_low for day in days),
    )
    with suppress(RedisError):
        cache.set(key, asdict(found), LASTS)
    return found
