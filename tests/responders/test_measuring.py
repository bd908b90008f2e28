"""Asking the network how far our replies went."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from redis import RedisError

from campaign.models import Account
from campaign.networks.base import OutcomeUnknown, Reach
from responders.actions import measuring
from responders.models import Reply
from tests.factories import AccountFactory, approved_reply
from tests.responders.fakes import FakeNetwork

pytestmark = pytest.mark.django_db


def posted(account: Account, *, ago: timedelta, number: int = 1) -> Reply:
    reply = approved_reply(mention__account=account)
    at = timezone.now() - ago
    Reply.objects.filter(pk=reply.pk).update(
        status=Reply.Status.POSTED, posted_at=at, external_id=str(8_000 + number)
    )
    reply.refresh_from_db()
    return reply


@pytest.fixture
def account() -> Account:
    made: Account = AccountFactory()
    return made


def test_measure_keeps_what_the_network_says(account: Account, network: FakeNetwork) -> None:
    reply = posted(account, ago=timedelta(hours=1))
    network.reaches = {"8001": Reach("8001", views=420, shares=3)}

    assert measuring.due_accounts() == [account.pk]
    assert measuring.measure(account.pk) == 1

    assert reply.link is not None
    reply.link.refresh_from_db()
    assert (reply.link.views, reply.link.shares) == (420, 3)
    assert measuring.due_accounts() == []


def test_measure_of_a_post_that_is_gone_leaves_the_last_word(
    account: Account, network: FakeNetwork
) -> None:
    reply = posted(account, ago=timedelta(hours=2))
    assert reply.link is not None
    type(reply.link).objects.update(views=7, measured_at=timezone.now() - timedelta(hours=1.5))

    assert measuring.measure(account.pk) == 1

    reply.link.refresh_from_db()
    assert reply.link.views == 7
    assert measuring.due_accounts() == []


def test_measure_that_is_not_answered_comes_again(account: Account, network: FakeNetwork) -> None:
    posted(account, ago=timedelta(hours=1))
    network.blind = OutcomeUnknown("no answer")

    assert measuring.measure(account.pk) == 0
    assert measuring.due_accounts() == [account.pk]


def test_replies_are_asked_about_at_growing_intervals(
    account: Account, network: FakeNetwork
) -> None:
    reply = posted(account, ago=timedelta(0))
    asked: list[datetime] = []
    for hour in range(24 * 9):
        with time_machine.travel(timezone.now() + timedelta(hours=hour, minutes=20), tick=False):
            if measuring.measure(account.pk):
                asked.append(timezone.now())

    assert len(asked) == len(measuring.AGES)
    assert reply.posted_at is not None
    assert asked[-1] - reply.posted_at < timedelta(days=7, hours=1)


def test_measure_asks_for_a_hundred_at_once_and_stays_within_its_budget(
    account: Account, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "BATCH", 3)
    Account.objects.update(daily_budget_cents=20)  # a tenth of it reads four posts
    for number in range(6):
        posted(account, ago=timedelta(hours=1, minutes=number), number=number)

    assert [measuring.measure(account.pk) for _ in range(3)] == [3, 1, 0]
    assert [post_id for _, post_id in network.calls] == ["8000", "8001", "8002", "8003"]


def test_measure_without_redis_spends_nothing(
    account: Account, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(account, ago=timedelta(hours=1))
    monkeypatch.setattr("responders.actions.measuring.live.connection", _away)

    assert measuring.measure(account.pk) == 0
    assert network.calls == []


def _away() -> object:
    raise RedisError("away")
