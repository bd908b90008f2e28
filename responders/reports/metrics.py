"""What an operator watches of the posting. See `campaign.metrics`."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from campaign.metrics import gauge
from campaign.models import Account
from responders.actions import budgets
from responders.models import Attempt, Reply

HOUR = timedelta(hours=1)
IN_FLIGHT = (
    Reply.Status.SUBMITTED,
    Reply.Status.APPROVED,
    Reply.Status.POSTING,
    Reply.Status.UNKNOWN,
    Reply.Status.PROBLEM,
    Reply.Status.REMOVING,
    Reply.Status.STALE,
)


def posting() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    flying = Reply.objects.filter(status__in=IN_FLIGHT).values("status").order_by()
    counts = dict(flying.annotate(number=Count("pk")).values_list("status", "number"))
    replies = [([str(status)], float(counts.get(status, 0))) for status in IN_FLIGHT]
    yield gauge(
        "replies", "Replies on their way, and what became stuck", replies, labels=["status"]
    )
    oldest = Reply.objects.due(at=now).aggregate(at=Min("due_at"))["at"]
    late = (now - oldest).total_seconds() if oldest else 0.0
    yield gauge("due_reply_age_seconds", "Since the oldest due reply", [([], late)], labels=[])
    recent = Attempt.objects.filter(started_at__gte=now - HOUR).values("outcome").order_by()
    outcomes = dict(recent.annotate(number=Count("pk")).values_list("outcome", "number"))
    attempts = [([str(one)], float(outcomes.get(one, 0))) for one in Attempt.Outcome.values]
    yield gauge("attempts_last_hour", "Tries to post, by outcome", attempts, labels=["outcome"])
    left = [
        ([account.handle], float(budgets.day(account, at=now).cents_left))
        for account in Account.objects.active()
    ]
    yield gauge("budget_left_cents", "Of today's money", left, labels=["account"])
