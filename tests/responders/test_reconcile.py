from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaign.models import Mention
from campaign.networks.base import OutcomeUnknown, Post, Refusal, Rejected, Unreachable
from responders.actions import approval, posting, reconcile
from responders.models import Attempt, Look, MediaUpload, Reply
from tests import factories
from tests.responders.fakes import POSTED_UNHEARD, FakeNetwork, film_ready

pytestmark = pytest.mark.django_db

Due = Callable[..., Reply]


def post(reply: Reply) -> Reply:
    posting.post(reply.pk, worker="test")
    reply.refresh_from_db()
    return reply


@pytest.fixture
def later(time_machine: Any) -> Callable[[float], None]:
    start = timezone.now()

    def move(seconds: float) -> None:
        time_machine.move_to(start + timedelta(seconds=seconds), tick=True)

    return move


def lose(reply: Reply, network: FakeNetwork, *, landed: bool) -> Reply:
    network.answers = [POSTED_UNHEARD if landed else OutcomeUnknown("reset")]
    assert post(reply).status == Reply.Status.UNKNOWN
    return reply


def look_till_the_end(reply: Reply, later: Callable[[float], None]) -> None:
    for seconds in (6, 21, 61, 181):
        later(seconds)
        reconcile.look(reply.account_id)
    reply.refresh_from_db()


def test_look_finds_what_landed(
    due: Due, network: FakeNetwork, later: Callable[[float], None]
) -> None:
    reply = lose(due(), network, landed=True)
    later(6)
    assert reconcile.due_accounts() == [reply.account_id]
    assert reconcile.look(reply.account_id) == 1
    reply.refresh_from_db()
    assert (reply.status, reply.external_id) == (Reply.Status.POSTED, network.timeline[0].id)
    assert Attempt.objects.get().outcome == "posted"
    assert Look.objects.get().found_id == reply.external_id
    assert len(network.creates) == 1


def test_look_comes_at_growing_intervals(
    due: Due, network: FakeNetwork, later: Callable[[float], None]
) -> None:
    reply = lose(due(), network, landed=False)
    looks = []
    for seconds in (1, 6, 10, 21, 40, 61, 100, 181, 400):
        later(seconds)
        reconcile.look(reply.account_id)
        looks.append(Look.objects.count())
    assert looks == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_last_clear_look_hands_it_to_a_person(
    due: Due, network: FakeNetwork, later: Callable[[float], None]
) -> None:
    reply = lose(due(), network, landed=False)
    look_till_the_end(reply, later)
    assert (reply.status, reply.problem) == (Reply.Status.PROBLEM, "not_found")
    assert len(network.creates) == 1


def test_look_that_fails_is_no_evidence(
    due: Due, network: FakeNetwork, later: Callable[[float], None]
) -> None:
    reply = lose(due(), network, landed=True)
    network.blind = Unreachable("no route")
    look_till_the_end(reply, later)
    assert reply.status == Reply.Status.UNKNOWN
    assert set(Look.objects.values_list("failure", flat=True)) == {"no route"}
    network.blind = None
    later(600)
    assert reconcile.look(reply.account_id) == 1


def test_looks_that_all_fail_hand_it_to_a_person(
    due: Due, network: FakeNetwork, later: Callable[[float], None]
) -> None:
    reply = lose(due(), network, landed=True)
    network.blind = Unreachable("no route")
    for turn in range(reconcile.MOST_FAILURES):
        later(10 + 31 * turn)
        reconcile.look(reply.account_id)
    reply.refresh_from_db()
    assert (reply.status, reply.problem) == (Reply.Status.PROBLEM, "cannot_look")


def test_look_at_too_long_a_timeline_is_no_evidence(
    due: Due,
    network: FakeNetwork,
    later: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reply = lose(due(), network, landed=False)
    network.timeline = [Post(str(n), "", timezone.now(), in_reply_to="1") for n in range(3)]
    monkeypatch.setattr(reconcile, "MOST_POSTS", 3)
    look_till_the_end(reply, later)
    assert reply.status == Reply.Status.UNKNOWN


def test_duplicate_after_a_lost_attempt_is_found(
    due: Due, network: FakeNetwork, later: Callable[[float], None]
) -> None:
    """The first attempt landed unseen; the second was refused as its duplicate."""
    reply = lose(due(), network, landed=True)
    network.hidden = True
    look_till_the_end(reply, later)
    reconcile.post_again(reply, by=factories.senior())
    network.answers = [Rejected(Refusal.DUPLICATE, "duplicate content")]
    assert post(reply).status == Reply.Status.UNKNOWN
    network.hidden = False
    later(200)
    assert reconcile.look(reply.account_id) == 1
    assert len(network.timeline) == 1


def test_attempt_of_a_dead_worker_becomes_unknown(
    due: Due, network: FakeNetwork, later: Callable[[float], None]
) -> None:
    reply = due()
    assert posting.begin(reply.pk, worker="dead") is not None
    later(80)
    assert reconcile.adopt_lost() == 0
    later(91)
    assert reconcile.adopt_lost() == 1
    assert post(reply).status == Reply.Status.UNKNOWN
    assert network.creates == []


# A person decides -----------------------------------------------------------------------------


@pytest.fixture
def in_doubt(due: Due, network: FakeNetwork, later: Callable[[float], None]) -> Reply:
    """Landed on the network, hidden from every look, now a person's."""
    reply = lose(due(), network, landed=True)
    network.hidden = True
    look_till_the_end(reply, later)
    return reply


def test_it_is_there_takes_the_link_of_our_reply(in_doubt: Reply, network: FakeNetwork) -> None:
    found = network.timeline[0].id
    tom = factories.senior()
    reconcile.it_is_there(in_doubt, link=f"https://x.com/iwelcome/status/{found}?s=20", by=tom)
    in_doubt.refresh_from_db()
    assert (in_doubt.status, in_doubt.external_id) == (Reply.Status.POSTED, found)


@pytest.mark.parametrize(
    "link", ["", "https://x.com/iwelcome", "javascript:alert(1)", "9" * 30, "https://x.com/i/9 9"]
)
def test_it_is_there_refuses_what_is_no_link(
    in_doubt: Reply, network: FakeNetwork, link: str
) -> None:
    with pytest.raises(reconcile.NotOurs):
        reconcile.it_is_there(in_doubt, link=link, by=factories.senior())


def test_it_is_there_refuses_a_reply_to_another_tweet(
    in_doubt: Reply, network: FakeNetwork
) -> None:
    network.timeline = [Post("31", "", timezone.now(), in_reply_to="1")]
    with pytest.raises(reconcile.NotOurs, match="does not answer this tweet"):
        reconcile.it_is_there(in_doubt, link="31", by=factories.senior())


def test_it_is_there_refuses_anothers_post(
    in_doubt: Reply, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = network.post(network.timeline[0].id)
    theirs = type(found)(
        found.id, type(found.author)("1", "else"), "", "en", found.posted_at,
        in_reply_to=found.in_reply_to,
    )  # fmt: skip
    monkeypatch.setattr(network, "post", lambda _id: theirs)
    with pytest.raises(reconcile.NotOurs, match="is not from @"):
        reconcile.it_is_there(in_doubt, link="31", by=factories.senior())


def test_post_again_writes_a_second_attempt(in_doubt: Reply, network: FakeNetwork) -> None:
    network.timeline.clear()
    reconcile.post_again(in_doubt, by=factories.senior())
    assert post(in_doubt).status == Reply.Status.POSTED
    outcomes = Attempt.objects.values_list("number", "outcome")
    assert list(outcomes) == [(1, "unknown"), (2, "posted")]


def test_post_again_looks_once_more_before_it_sends(in_doubt: Reply, network: FakeNetwork) -> None:
    network.hidden = False
    with pytest.raises(reconcile.ItIsThere):
        reconcile.post_again(in_doubt, by=factories.senior())
    in_doubt.refresh_from_db()
    assert in_doubt.status == Reply.Status.POSTED
    assert len(network.creates) == 1


def test_post_again_refuses_while_we_cannot_look(in_doubt: Reply, network: FakeNetwork) -> None:
    network.blind = Unreachable("no route")
    with pytest.raises(reconcile.CannotLook):
        reconcile.post_again(in_doubt, by=factories.senior())


def test_post_again_refuses_while_looking(due: Due, network: FakeNetwork) -> None:
    reply = lose(due(), network, landed=True)
    with pytest.raises(approval.Settled):
        reconcile.post_again(reply, by=factories.senior())


def test_post_again_refuses_what_x_refused_for_good(due: Due, network: FakeNetwork) -> None:
    network.answers = [Rejected(Refusal.NOT_SUMMONED, "not mentioned")]
    reply = post(due())
    with pytest.raises(approval.Settled):
        reconcile.post_again(reply, by=factories.senior())


def test_undo_refuses_after_post_again(in_doubt: Reply, network: FakeNetwork) -> None:
    network.timeline.clear()
    reconcile.post_again(in_doubt, by=factories.senior())
    with pytest.raises(approval.Settled):
        approval.undo(in_doubt, by=in_doubt.author)


def test_withdrawal_after_post_again_keeps_the_doubt(in_doubt: Reply, network: FakeNetwork) -> None:
    """What may stand on the network is never forgotten by giving the reply up."""
    network.timeline.clear()
    reconcile.post_again(in_doubt, by=factories.senior())
    assert in_doubt.clip is not None
    in_doubt.clip.storyteller.consents.update(withdrawn_at=timezone.now())
    post(in_doubt)
    assert (in_doubt.status, in_doubt.problem) == (Reply.Status.PROBLEM, "not_found")


def test_refusal_after_post_again_keeps_the_doubt(in_doubt: Reply, network: FakeNetwork) -> None:
    """The first attempt may stand although the tweet is gone by now; a person can let it go."""
    network.timeline.clear()
    reconcile.post_again(in_doubt, by=factories.senior())
    network.answers = [Rejected(Refusal.GONE, "deleted")]
    post(in_doubt)
    assert (in_doubt.status, in_doubt.problem) == (Reply.Status.PROBLEM, "not_found")
    assert in_doubt.problem_detail == "Its author deleted the tweet. deleted"
    in_doubt.mention.refresh_from_db()
    assert in_doubt.mention.status == Mention.Status.GONE
    reconcile.give_up(in_doubt, by=factories.senior())
    in_doubt.refresh_from_db()
    assert (in_doubt.status, in_doubt.problem) == (Reply.Status.CANCELLED, "given_up")


def test_give_up_looks_once_more_and_leaves_the_tweet_alone(due: Due, network: FakeNetwork) -> None:
    reply, found = due(), due()
    for one in (reply, found):
        lose(one, network, landed=one == found)
        Reply.objects.filter(pk=one.pk).update(status="problem", problem="not_found")
        one.refresh_from_db()
    ana = factories.senior()
    with pytest.raises(approval.Settled):
        approval.cancel(reply, by=ana)
    reconcile.give_up(reply, by=ana)
    with pytest.raises(reconcile.ItIsThere):
        reconcile.give_up(found, by=ana)
    states = Reply.objects.order_by("pk").values_list("status", "problem", "mention__status")
    assert list(states) == [("cancelled", "given_up", "dismissed"), ("posted", "", "answered")]


def test_post_again_uploads_a_failed_film_anew(due: Due, network: FakeNetwork) -> None:
    reply = due()
    MediaUpload.objects.update(state=MediaUpload.State.FAILED, failure="InvalidMedia", tries=3)
    assert (post(reply).status, reply.problem) == (Reply.Status.PROBLEM, "film")
    reconcile.post_again(reply, by=factories.senior(reply.mention.campaign))
    upload = MediaUpload.objects.get()
    assert (upload.state, upload.tries, upload.media_id) == (MediaUpload.State.PENDING, 0, "")
    assert post(reply).status == Reply.Status.APPROVED
    film_ready(reply)
    assert post(reply).status == Reply.Status.POSTED
    assert len(network.creates) == 1
