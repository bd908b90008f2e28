"""How fast an account posts, in which order, and for how much."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaign.models import Account, AuditEntry, Campaign
from campaign.networks.base import Facts, OutcomeUnknown, PostedPost, RateWindow, Unreachable
from campaign.prepared import Prepared
from responders import prices
from responders.actions import budgets, pace, posting, reconcile, sweeps
from responders.models import Attempt, Look, MediaUpload, Reply
from responders.reports import status
from tests import factories
from tests.responders.fakes import FakeNetwork

pytestmark = pytest.mark.django_db

Due = Callable[..., Reply]


def several(due: Due, count: int, **facts: Any) -> list[Reply]:
    first = due(**facts)
    return [first, *[due(mention__account=first.account, **facts) for _ in range(count - 1)]]


def states(replies: list[Reply]) -> list[str]:
    return [Reply.objects.get(pk=reply.pk).status for reply in replies]


def test_bell_of_any_reply_lets_the_oldest_approval_go(due: Due, network: FakeNetwork) -> None:
    old, middle, young = several(due, 3)
    for _ in range(2):
        posting.post_oldest(young.pk, worker="test")
    assert states([old, middle, young]) == ["posted", "posted", "approved"]


def test_bell_passes_over_a_reply_whose_film_is_not_ready(due: Due, network: FakeNetwork) -> None:
    old, young = several(due, 2)
    reply = Reply.objects.select_related("clip").get(pk=old.pk)
    assert reply.clip is not None
    reply.clip.media_uploads.update(state="processing")
    posting.post_oldest(old.pk, worker="test")
    assert states([old, young]) == ["approved", "posted"]


def test_bell_reaches_its_own_reply_past_many_that_wait_for_a_film(
    due: Due, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, other, young = several(due, 3)
    waiting = [reply.clip_id for reply in (old, other)]
    MediaUpload.objects.filter(clip__in=waiting).update(state="processing")
    monkeypatch.setattr(posting, "CANDIDATES", 1)
    monkeypatch.setattr(posting, "_OLDEST", Prepared(posting._oldest))  # what was made is kept
    posting.post_oldest(young.pk, worker="test")
    assert states([old, other, young]) == ["approved", "approved", "posted"]


def test_sweep_takes_accounts_in_turns(due: Due, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = several(due, 3)
    other = due()
    rung: list[int] = []
    monkeypatch.setattr(sweeps, "_ring", lambda _job, subjects: rung.extend(subjects))
    sweeps.ring_for_due_replies()
    assert rung == [busy[0].pk, other.pk, busy[1].pk, busy[2].pk]


def test_unanswered_calls_are_tried_one_at_a_time_and_hold_nobody_else_up(
    due: Due, network: FakeNetwork
) -> None:
    replies = several(due, 5)
    other = due()
    network.answers = [OutcomeUnknown("reset"), Unreachable("no route")]
    for _ in range(5):
        posting.post_oldest(replies[0].pk, worker="test")
    assert states(replies) == ["unknown", "approved", "approved", "approved", "approved"]
    assert len(network.creates) == 2
    posting.post_oldest(other.pk, worker="test")
    assert states([other]) == ["posted"]


def test_unanswered_calls_are_tried_again_after_a_pause(due: Due, network: FakeNetwork) -> None:
    replies = several(due, 3)
    network.answers = [OutcomeUnknown("reset"), OutcomeUnknown("reset")]
    for _ in range(2):
        posting.post_oldest(replies[0].pk, worker="test")
    account = Account.objects.get(pk=replies[0].account_id)
    last = Attempt.objects.latest("finished_at").finished_at
    assert last is not None
    assert pace.next_at(account, at=last) == last + timedelta(seconds=2)
    assert pace.next_at(account, at=last + timedelta(seconds=2)) is None


def test_a_lost_worker_says_nothing_of_the_network(due: Due, network: FakeNetwork) -> None:
    replies = several(due, 3)
    for reply in replies[:2]:
        posting.begin(reply.pk, worker="killed")
    Attempt.objects.update(started_at=timezone.now() - 2 * posting.LEASE)
    assert reconcile.adopt_lost() == 2
    posting.post_oldest(replies[2].pk, worker="test")
    assert states(replies) == ["unknown", "unknown", "posted"]


def test_jitter_keeps_replies_apart(due: Due, network: FakeNetwork) -> None:
    replies = several(due, 2, mention__account__campaign__jitter_seconds=600)
    for _ in range(2):
        posting.post_oldest(replies[0].pk, worker="test")
    second = Reply.objects.get(pk=replies[1].pk)
    assert (second.status, len(network.creates)) == (Reply.Status.APPROVED, 1)
    sent = Attempt.objects.get().started_at
    assert second.due_at is not None
    assert sent < second.due_at < sent + timedelta(seconds=600)


def test_own_count_goes_on_from_the_networks_last_word(due: Due, network: FakeNetwork) -> None:
    replies = several(due, 3)
    until = timezone.now() + timedelta(minutes=9)
    with pytest.MonkeyPatch.context() as patch:
        answer = PostedPost("1", "", window=RateWindow(100, 1, until))
        patch.setattr(network, "create_reply", lambda *_a, **_b: answer)
        posting.post(replies[0].pk, worker="test")
    posting.post(replies[1].pk, worker="test")
    posting.post(replies[2].pk, worker="test")
    assert states(replies) == ["posted", "posted", "approved"]
    assert Reply.objects.get(pk=replies[2].pk).due_at == until


def test_own_count_holds_before_the_network_has_said_a_word(due: Due) -> None:
    first = due()
    sent = timezone.now() - timedelta(minutes=14)
    other = factories.ReplyFactory(mention__account=first.account)
    Attempt.objects.bulk_create(
        Attempt(
            reply=other, number=number, worker="w", started_at=sent, finished_at=sent,
            outcome="refused",
        )
        for number in range(prices.of("x").posts_a_window)
    )  # fmt: skip
    account = Account.objects.get(pk=first.account_id)
    assert pace.next_at(account, at=timezone.now()) == sent + timedelta(minutes=15)


def test_prices_are_data() -> None:
    assert prices.of("x") == prices.Prices("USD", 20, 0.5, 100, timedelta(minutes=15))
    with pytest.raises(prices.NoPrices, match=r"prices\.json has no prices of 'loom'"):
        prices.of("loom")


def test_warns_once_a_day_before_posting_stops(due: Due, network: FakeNetwork) -> None:
    reply = due()
    account = Account.objects.get(pk=reply.account_id)
    assert budgets.warn() == 0
    Account.objects.update(daily_reply_limit=5)
    posting.post(reply.pk, worker="test")
    assert budgets.warn() == 0
    Account.objects.update(daily_budget_cents=25)
    assert (budgets.warn(), budgets.warn()) == (1, 0)
    entry = AuditEntry.objects.get(verb="budget is low")
    assert entry.after == {"replies_left": 0, "cents_left": 5}
    assert status.budget(account.campaign) == status.Budget(left=5, whole=25, is_low=True)


def test_worker_that_stood_still_sends_nothing(due: Due, network: FakeNetwork) -> None:
    reply = due()
    sending = posting.begin(reply.pk, worker="frozen")
    assert isinstance(sending, posting.Sending)
    late = posting.Sending(
        **{name: getattr(sending, name) for name in posting.Sending.__slots__}
        | {"started_at": sending.started_at - posting.SEND_WITHIN - timedelta(seconds=1)}
    )
    posting.finish(late, posting.call(late, network))
    assert (network.creates, states([reply])) == ([], ["approved"])
    assert Attempt.objects.get().outcome == Attempt.Outcome.UNREACHABLE


def given_up(reply: Reply) -> Reply:
    """Its outcome is unknown, and all looks but the last were clear."""
    attempt = Attempt.objects.filter(reply=reply, outcome="unknown").latest("number")
    long_ago = timezone.now() - timedelta(minutes=10)
    Attempt.objects.filter(pk=attempt.pk).update(finished_at=long_ago)
    for _ in reconcile.LOOKS_AFTER[1:]:
        Look.objects.create(attempt=attempt, at=long_ago, posts_seen=0)
    reconcile.look(reply.account_id)
    return Reply.objects.get(pk=reply.pk)


@pytest.mark.parametrize("by_itself", [False, True])
def test_clear_negative_goes_to_a_person_unless_the_campaign_says_otherwise(
    due: Due, network: FakeNetwork, *, by_itself: bool
) -> None:
    reply = due(mention__account__campaign__post_again_by_itself=by_itself)
    assert Campaign._meta.get_field("post_again_by_itself").default is False
    network.answers = [OutcomeUnknown("reset", facts=Facts(error="reset"))] * 2
    posting.post(reply.pk, worker="test")
    settled = given_up(reply)
    if not by_itself:
        assert (settled.status, settled.problem) == ("problem", "not_found")
        return
    assert (settled.status, settled.approved_by) == ("approved", reply.approved_by)
    assert AuditEntry.objects.filter(verb="to be posted again by itself", actor=None).count() == 1
    # Only once: a second loss is a person's to judge.
    posting.post(reply.pk, worker="test")
    assert given_up(reply).problem == "not_found"
    assert len(network.creates) == 2
