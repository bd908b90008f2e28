"""What the top bar says of an account's day, beside the counts: the money that is left."""

from contextlib import suppress
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.utils import timezone
from redis import RedisError

from campaign.models import Campaign
from responders.actions import checks

LASTS = 10


@dataclass(frozen=True, slots=True)
class Budget:
    """In cents, over the campaign's accounts."""

    left: int
    whole: int

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
    left = whole = 0
    for account in campaign.accounts.active():
        left += checks.cents_left(account, sent=checks.sent_today(account, at=now))
        whole += account.daily_budget_cents
    found = Budget(left=left, whole=whole)
    with suppress(RedisError):
        cache.set(key, asdict(found), LASTS)
    return found
