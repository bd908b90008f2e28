"""The manual lane: approved here, posted on X by a person, counted all the same."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaign.models import Mention
from campaign.networks.base import Author, IncomingPost, Kind, Unreachable
from petitions.models import TrackedLink
from responders.actions import approval, budgets, by_hand, posting, reconcile, takedown
from responders.models import MediaUpload, Notice, Reply
from tests import factories
from tests.responders.fakes import FakeNetwork
from videos.models import Clip

pytestmark = pytest.mark.django_db

LINK = "https://x.com/iwelcome/status/77"


@pytest.fixture
def reply(draft: Callable[..., Reply]) -> Reply:
    """Approved, to be posted by hand."""
    written = draft(mention__replyable=False)
    return approval.approve(written, seen=approval.fingerprint(written), by=written.author)


def on_x(reply: Reply, **facts: Any) -> Callable[[str], IncomingPost]:
    """What the network says of the pasted link."""
    post: dict[str, Any] = {
        "id": "77",
        "author": Author(id=reply.account.external_id, handle="iwelcome"),
        "text": reply.text,
        "lang": "en",
        "posted_at": timezone.now() - timedelta(minutes=1),
        "kind": Kind.REPLY,
        "in_reply_to": reply.mention.external_id,
    }
    return lambda _id: IncomingPost(**(post | facts))


def test_approval_waits_for_a_hand_and_sends_nothing(reply: Reply, network: FakeNetwork) -> None:
    assert (reply.status, reply.by_hand) == (Reply.Status.BY_HAND, True)
    assert posting.begin(reply.pk, worker="test") is None
    assert MediaUpload.objects.count() == 0
    assert network.calls == []


def test_link_of_the_hand_posted_reply_is_checked_and_counted(
    reply: Reply, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "post", on_x(reply))
    by_hand.posted(reply, link=LINK, by=reply.author)
    reply.refresh_from_db()
    assert (reply.status, reply.external_id, reply.by_hand) == ("posted", "77", True)
    assert Mention.objects.get().status == Mention.Status.ANSWERED
    assert TrackedLink.objects.get().posted_at == reply.posted_at
    assert Clip.objects.get().used == 1


def test_a_quote_of_the_tweet_counts_too(
    reply: Reply, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    quote = on_x(reply, in_reply_to="", quoted_id=reply.mention.external_id)
    monkeypatch.setattr(network, "post", quote)
    assert by_hand.posted(reply, link=LINK, by=reply.author).status == "posted"


@pytest.mark.parametrize(
    "case",
    [
        ({"author": Author(id="1", handle="somebody")}, "That post is not from @"),
        ({"in_reply_to": "1"}, "That post does not answer this tweet."),
    ],
)
def test_links_of_anything_else_are_refused(
    reply: Reply,
    network: FakeNetwork,
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[dict[str, Any], str],
) -> None:
    facts, words = case
    monkeypatch.setattr(network, "post", on_x(reply, **facts))
    with pytest.raises(reconcile.NotOurs, match=words):
        by_hand.posted(reply, link=LINK, by=reply.author)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.BY_HAND


def test_silence_of_the_network_changes_nothing(
    reply: Reply, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_id: str) -> IncomingPost:
        raise Unreachable("no route")

    monkeypatch.setattr(network, "post", fail)
    with pytest.raises(reconcile.CannotLook):
        by_hand.posted(reply, link=LINK, by=reply.author)
    with pytest.raises(reconcile.NotOurs):
        by_hand.posted(reply, link="https://x.com/iwelcome", by=reply.author)
    reply.refresh_from_db()
    assert reply.status == Reply.Status.BY_HAND


def test_second_eyes_are_asked_for_all_the_same_and_tell_the_author(
    draft: Callable[..., Reply],
) -> None:
    reply = draft(mention__replyable=False, mention__text="They killed him")
    approval.submit(reply, by=reply.author)
    senior = factories.senior(reply.mention.campaign)
    reply.refresh_from_db()
    approval.approve(reply, seen=approval.fingerprint(reply), by=senior)
    assert Notice.objects.get().kind == "by_hand"


def test_taking_it_back_makes_it_a_draft(reply: Reply) -> None:
    approval.undo(reply, by=reply.author)
    reply.refresh_from_db()
    assert (reply.status, reply.by_hand) == ("draft", False)


def test_withdrawn_footage_is_not_posted_by_hand_either(reply: Reply) -> None:
    assert reply.clip is not None
    assert takedown.take_down_clip(reply.clip, reason="withdrawn", by=None) == 1
    reply.refresh_from_db()
    assert reply.status == Reply.Status.CANCELLED
    with pytest.raises(approval.Settled):
        by_hand.posted(reply, link=LINK, by=reply.author)


def test_manual_lane_lists_what_waits_for_a_hand(reply: Reply, client: Client) -> None:
    campaign = reply.mention.campaign
    free = factories.MentionFactory(account=reply.account, replyable=False)
    client.force_login(reply.author)
    address = reverse("desk", args=[campaign.slug])
    page = client.get(address, {"lane": "manual"}).content.decode()
    assert page.index("Approved, to post by hand") < page.index(f'id="card-{reply.mention_id}"')
    assert page.index(f'id="card-{reply.mention_id}"') < page.index(f'id="card-{free.pk}"')
    assert f"{reply.author}, post it by" in page
    for asked in ({}, {"lane": "manual", "q": "@nobody"}):
        assert "to post by hand" not in client.get(address, asked).content.decode()


def test_hand_posted_replies_spend_nothing_of_the_budget(
    reply: Reply, network: FakeNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "post", on_x(reply))
    by_hand.posted(reply, link=LINK, by=reply.author)
    assert budgets.day(reply.account, at=timezone.now()).sent == 0
    Reply.objects.update(by_hand=False)
    assert budgets.day(reply.account, at=timezone.now()).sent == 1
