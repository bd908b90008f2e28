"""What an account may still post today, in number and in money.

Asked under the account's row lock right before a post, so that no two posts spend the same rest.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from campaign import audit, live
from campaign.models import Account
from campaign.prepared import Given, Prepared
from responders import prices
from responders.models import Reply


@dataclass(frozen=True, slots=True)
class Day:
    """An account's day in the newsroom's time zone. Money is in cents."""

    sent: int
    replies: int
    cents: int
    price: int
    warn_below_percent: int

    @property
    def replies_left(self) -> int:
        """How many more may go, whichever of the two limits is nearer."""
        return min(self.replies - self.sent, self.cents_left // self.price)

    @property
    def cents_left(self) -> int:
        return self.cents - self.sent * self.price

    @property
    def is_low(self) -> bool:
        """Little is left: time to raise a limit, before posting stops by itself."""
        shares = ((self.replies - self.sent, self.replies), (self.cents_left, self.cents))
        return any(100 * left <= self.warn_below_percent * whole for left, whole in shares)


def day(account: Account, *, at: datetime) -> Day:
    return Day(
        sent=_sent_today(account, at=at),
        replies=account.daily_reply_limit,
        cents=account.daily_budget_cents,
        price=prices.of(account.network).reply,
        warn_below_percent=account.warn_below_percent,
    )


def warn() -> int:
    """Say once a day of each account that its limit is near. Returns how many were said."""
    now = timezone.now()
    today = timezone.localdate(now)
    unwarned = Account.objects.active().exclude(warned_on=today)
    low = [account for account in unwarned if day(account, at=now).is_low]
    return sum(_warn(account) for account in low)


def _warn(account: Account) -> bool:
    today = timezone.localdate()
    with transaction.atomic():
        if (
            not Account.objects.filter(pk=account.pk)
            .exclude(warned_on=today)
            .update(warned_on=today)
        ):
            return False
        left = day(account, at=timezone.now())
        facts = {"replies_left": left.replies_left, "cents_left": left.cents_left}
        audit.record("budget is low", account, after=facts, by=None)
        live.announce("account", campaign=account.campaign_id, ids=[account.pk], state="low")
    return True


def _sent_today(account: Account, *, at: datetime) -> int:
    """Replies that were posted today or may have been; what people post by hand costs no call."""
    return _SENT.first(account=account.pk, midnight=midnight(at)) or 0


def _sent() -> QuerySet[Reply, int]:
    posted = Q(status__in=[Reply.Status.POSTED, Reply.Status.REMOVING, Reply.Status.REMOVED])
    today = Q(posted_at__gte=Given("midnight"))
    flying = Q(status__in=[Reply.Status.POSTING, Reply.Status.UNKNOWN])
    replies = Reply.objects.filter(account=Given("account"), by_hand=False)
    sent = replies.filter((posted & today) | flying).order_by().values("account")
    return sent.values_list(Count("pk"), flat=True)


_SENT = Prepared(_sent)


def midnight(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def tomorrow(at: datetime) -> datetime:
    return midnight(midnight(at) + timedelta(hours=30))
