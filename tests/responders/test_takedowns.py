"""Many replies taken back at once, and replies that go without us."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaign.models import Campaign
from campaign.networks.base import OutcomeUnknown, Refusal, Rejected
from responders.actions import posting, standing, sweeps, takedown, takedowns
from responders.actions.changes import Refused
from responders.models import Reply, Takedown
from responders.reports import takedowns as reports
from tests import factories
from tests.responders.fakes import FakeNetwork

pytestmark = pytest.mark.django_db

Due = Callable[..., Reply]


@pytest.fixture
def campaign() -> Campaign:
    return factories.CampaignFactory(slug="iwelcome", name="I Welcome")


@pytest.fixture
def replies(due: Due, network: FakeNetwork, campaign: Campaign) -> list[Reply]:
    """Two posted with one clip, one posted with another, one that waits with the first."""
    account = factories.AccountFactory(campaign=campaign)
    storyteller = factories.StorytellerFactory(campaign=campaign)
    clip = factories.ClipFactory(storyteller=storyteller)
    other = factories.ClipFactory(storyteller=storyteller, consent=False)
    made = [due(mention__account=account, clip=one) for one in (clip, clip, other, clip)]
    for reply in made[:3]:
        posting.post(reply.pk, worker="test")
    return made


def states(replies: list[Reply]) -> list[str]:
    return [Reply.objects.get(pk=reply.pk).status for reply in replies]


def remove_all() -> None:
    for pk in takedown.due(at=timezone.now()):
        takedown.remove(pk)


def test_clip_is_taken_back_wherever_it_is(
    replies: list[Reply], network: FakeNetwork, campaign: Campaign
) -> None:
    ana = factories.senior(campaign)
    made = takedowns.order(campaign, clip=replies[0].clip, reason="Wrong subtitles", by=ana)
    assert takedowns.unfinished() == [made.pk]
    assert (takedowns.spread(made.pk), takedowns.unfinished()) == (3, [])
    network.delete_answers = [Rejected(Refusal.REFUSED, "No.")]
    remove_all()
    assert states(replies) == ["problem", "removed", "posted", "cancelled"]
    report = reports.report(made)
    assert report.counts == {"trouble": 1, "off": 1, "given_up": 1}
    assert [row.words for row in report.rows if row.took] == ["Off X"]


@pytest.mark.parametrize("scope", ["storyteller", "campaign"])
def test_storyteller_or_campaign_is_taken_back_whole(
    replies: list[Reply], network: FakeNetwork, campaign: Campaign, scope: str
) -> None:
    assert replies[0].clip is not None
    of: dict[str, Any] = {"storyteller": replies[0].clip.storyteller}
    stranger = factories.ReplyFactory(mention__account__campaign=campaign)
    by = factories.senior()
    made = takedowns.order(
        campaign, **(of if scope == "storyteller" else {}), reason="They are in danger", by=by
    )
    assert takedowns.spread(made.pk) == 4
    remove_all()
    assert states(replies) == ["removed", "removed", "removed", "cancelled"]
    assert states([stranger]) == ["draft"]


def test_order_waits_for_what_is_on_its_way(
    replies: list[Reply], network: FakeNetwork, campaign: Campaign
) -> None:
    flying = replies[3]
    network.answers = [OutcomeUnknown("reset")]
    posting.post(flying.pk, worker="test")
    made = takedowns.order(campaign, reason="All of it", by=factories.senior())
    assert (takedowns.spread(made.pk), takedowns.unfinished()) == (3, [made.pk])
    Reply.objects.filter(pk=flying.pk).update(
        status="posted", external_id="99", posted_at=timezone.now()
    )
    assert (sweeps.ring_for_takedowns(), takedowns.spread(made.pk)) == (1, 1)
    assert (states([flying]), takedowns.unfinished()) == (["removing"], [])


def test_withdrawal_and_single_takedown_have_reports_too(
    replies: list[Reply], network: FakeNetwork
) -> None:
    single = takedown.take_down(replies[2], reason="A mistake", by=factories.senior())
    assert single.takedown is not None
    assert replies[0].clip is not None
    takedown.take_down_clip(replies[0].clip, reason="consent withdrawn", by=None)
    scopes = {made.scope: made.replies.count() for made in Takedown.objects.all()}
    assert scopes == {"reply": 1, "storyteller": 3}
    with pytest.raises(Refused, match="Write why"):
        takedowns.order(single.takedown.campaign, reason=" ", by=factories.senior())


# The pages ---------------------------------------------------------------------------------------


def test_pages_order_and_report(
    client: Client, replies: list[Reply], campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    client.force_login(factories.senior(campaign))
    page = reverse("takedowns", args=["iwelcome"])
    order = reverse("takedown-order", args=["iwelcome"])
    refused = client.post(order, {"scope": "campaign", "confirm": "Welcome", "reason": "x"})
    assert (refused.status_code, Takedown.objects.count()) == (409, 0)
    again = " ".join(refused.content.decode().split())
    assert "Type “I Welcome”" in again
    assert 'value="campaign" required checked' in again
    assert sorted(one.standing for one in refused.context["subjects"].clips) == [1, 2]
    assert replies[0].clip is not None
    asked = {"scope": "clip", "clip": str(replies[0].clip.pk), "reason": "Wrong subtitles"}
    done = client.post(order, asked)
    made = Takedown.objects.get()
    assert done.headers["Location"] == reverse("takedown", args=["iwelcome", made.pk])
    client.get(page)  # it shows the message of the order, once
    with django_assert_max_num_queries(30) as none:
        client.get(done.headers["Location"])
        client.get(page)
    takedowns.spread(made.pk)
    with django_assert_max_num_queries(30) as three:
        body = client.get(done.headers["Location"]).content.decode()
        client.get(page)
    assert len(three.captured_queries) == len(none.captured_queries)
    assert body.count("X is asked to delete it") == 2


@pytest.mark.parametrize("name", ["takedowns", "takedown-order"])
def test_pages_are_for_seniors_of_the_campaign(
    client: Client, campaign: Campaign, name: str
) -> None:
    address = reverse(name, args=["iwelcome"])
    ask = client.post if name == "takedown-order" else client.get
    for charlie, status in (
        (factories.editor(campaign), 403),
        (factories.manager(campaign), 403),
        (factories.senior(factories.CampaignFactory()), 404),
    ):
        client.force_login(charlie)
        assert ask(address).status_code == status
    made = Takedown.objects.create(
        campaign=factories.CampaignFactory(), scope="campaign", reason="x", asked_at=timezone.now()
    )
    client.force_login(factories.senior(campaign))
    assert client.get(reverse("takedown", args=["iwelcome", made.pk])).status_code == 404


# Gone without us ---------------------------------------------------------------------------------


def test_reply_that_is_missed_twice_is_shown_as_deleted(
    replies: list[Reply], network: FakeNetwork
) -> None:
    Reply.objects.posted().update(posted_at=timezone.now() - standing.FIRST)
    gone, *_ = replies
    gone.refresh_from_db()
    network.deleted = {gone.external_id}
    assert (standing.due_accounts(), standing.look(gone.account_id)) == ([gone.account_id], 0)
    assert states(replies[:3]) == ["posted", "posted", "posted"]
    assert standing.due_accounts() == []
    missed = timezone.now() - standing.SECOND_LOOK
    Reply.objects.filter(pk=gone.pk).update(missing_at=missed)
    assert (sweeps.ring_for_standing(), standing.look(gone.account_id)) == (1, 1)
    gone.refresh_from_db()
    assert (gone.status, gone.problem, gone.removed_at) == ("removed", "deleted_there", missed)
    assert states(replies[1:3]) == ["posted", "posted"]


def test_a_network_that_lags_behind_takes_nothing_away(
    replies: list[Reply], network: FakeNetwork
) -> None:
    Reply.objects.posted().update(
        posted_at=timezone.now() - timedelta(hours=1),
        missing_at=timezone.now() - timedelta(hours=1),
    )
    network.blind = OutcomeUnknown("no answer")
    assert standing.look(replies[0].account_id) == 0
    network.blind = None
    assert standing.look(replies[0].account_id) == 0
    seen = Reply.objects.posted().values_list("missing_at", flat=True)
    assert list(seen) == [None, None, None]
