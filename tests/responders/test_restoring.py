"""After a restore nothing is posted twice: the network's own timeline has the last word."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaign.models import Account, AuditEntry, Mention, Pause
from campaign.networks.base import Post
from responders.actions import posting, restoring
from responders.models import Reply
from tests import factories
from tests.responders.fakes import FakeNetwork

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)


def answer(mention: Mention, number: str = "77") -> Post:
    return Post(number, "Thank you", timezone.now(), in_reply_to=mention.external_id)


def found() -> list[restoring.Found]:
    return [result for _account, result in restoring.catch_up(since=SAVED)]


def test_approved_reply_is_not_posted_after_a_restore(
    due: Callable[..., Reply], network: FakeNetwork
) -> None:
    reply = due()
    restoring.hold(SAVED)
    posting.post(reply.pk, worker="w")
    reply.refresh_from_db()
    assert (reply.status, reply.problem, network.creates) == (Reply.Status.STALE, "restored", [])
    [stop] = Pause.objects.active()
    assert (stop.campaign, stop.account) == (None, None)
    assert restoring.restored_as_of() == SAVED


def test_newsroom_that_was_paused_already_is_held_all_the_same(
    due: Callable[..., Reply], network: FakeNetwork
) -> None:
    due()
    restoring.hold(SAVED)
    restoring.hold(SAVED + timedelta(days=1))
    assert Pause.objects.active().count() == 1
    assert restoring.restored_as_of() == SAVED + timedelta(days=1)


def test_reply_that_went_out_since_counts_as_posted(
    due: Callable[..., Reply], network: FakeNetwork
) -> None:
    reply = due()
    restoring.hold(SAVED)
    network.timeline = [answer(reply.mention)]
    assert found() == [(1, 0)]
    reply.refresh_from_db()
    assert (reply.status, reply.external_id) == (Reply.Status.POSTED, "77")
    assert reply.mention.status == Mention.Status.ANSWERED
    assert found() == [(0, 0)]


def test_tweet_that_was_answered_since_is_nobodys_work(network: FakeNetwork) -> None:
    waiting = factories.MentionFactory(account=factories.AccountFactory())
    other = factories.MentionFactory(account=waiting.account)
    network.timeline = [answer(waiting), Post("78", "Hello", timezone.now())]
    assert found() == [(0, 1)]
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert (waiting.status, waiting.reason) == (Mention.Status.DISMISSED, "elsewhere")
    assert other.status == Mention.Status.WAITING
    assert AuditEntry.objects.filter(verb="found answered", target_id=str(waiting.pk)).count() == 1


def test_timeline_that_is_too_long_is_no_proof(
    network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    mention = factories.MentionFactory(account=factories.AccountFactory())
    monkeypatch.setattr(restoring, "MOST_POSTS", 1)
    network.timeline = [answer(mention)]
    with pytest.raises(restoring.Refused, match="has posted more than X lists"):
        found()
    mention.refresh_from_db()
    assert mention.status == Mention.Status.WAITING


def test_newsroom_that_was_never_restored_has_nothing_to_catch_up_with() -> None:
    assert Account.objects.count() == 0
    with pytest.raises(CommandError, match="was not restored"):
        call_command("catch_up")
