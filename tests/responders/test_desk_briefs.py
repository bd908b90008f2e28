"""What the desk shows of the field: whom one would ask, how far they are, and what they sent."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaign.models import Account, Mention
from responders import queue, shelf
from tests import factories
from videos.models import Brief, Place, Storyteller

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    made: Account = factories.AccountFactory()
    return made


@pytest.fixture
def teller(account: Account) -> Storyteller:
    """Somebody in Kakuma who may be asked."""
    consent = factories.ConsentFactory(
        storyteller__campaign=account.campaign,
        storyteller__public_name="Nyandeng",
        storyteller__place__latitude=3.7,
        storyteller__place__longitude=34.9,
    )
    found: Storyteller = consent.storyteller
    return found


def sent(account: Account, place: Place, **facts: object) -> Brief:
    mention = factories.MentionFactory(account=account, status=Mention.Status.BRIEFED)
    made: Brief = factories.BriefFactory(
        campaign=account.campaign, place=place, mention=mention, **facts
    )
    return made


def test_desk_offers_the_field_for_what_can_be_answered(
    client: Client, account: Account, teller: Storyteller
) -> None:
    client.force_login(factories.editor(account.campaign))
    mention = factories.MentionFactory(account=account, author_name="Tess")
    shelf = client.get(f"/c/{account.campaign.slug}/desk/{mention.pk}/shelf").content.decode()
    assert "Ask the field to answer" in shelf
    assert f"/briefs/ask?mention={mention.pk}" in shelf
    gone = factories.MentionFactory(account=account, status=Mention.Status.GONE)
    shelf = client.get(f"/c/{account.campaign.slug}/desk/{gone.pk}/shelf").content.decode()
    assert 'id="shelf-list"' in shelf
    assert "Ask the field to answer" not in shelf


def test_desk_shows_how_far_the_field_is(
    client: Client, account: Account, teller: Storyteller
) -> None:
    client.force_login(factories.editor(account.campaign))
    before = timezone.now() - timedelta(minutes=8)
    brief = sent(account, teller.place, storyteller=teller, sent_at=before)
    line = "Nyandeng in Kakuma: sent 8 min"
    slug = account.campaign.slug
    pane = client.get(f"/c/{slug}/desk/{brief.mention_id}/").content.decode()
    cards = client.get(f"/c/{slug}/desk/cards?ids={brief.mention_id}").content.decode()
    assert line in pane
    assert line in cards


def test_cards_of_the_briefed_lane_cost_the_same(
    client: Client, account: Account, teller: Storyteller
) -> None:
    lane = queue.Filters(lane=queue.Lane.BRIEFED)
    for _ in range(3):
        sent(account, teller.place)
    shown = queue.page(account.campaign, lane).mentions
    assert [len(mention.asked) for mention in shown] == [1, 1, 1]  # type: ignore[attr-defined]  # prefetched


def test_suggest_puts_first_what_was_filmed_for_them(account: Account, teller: Storyteller) -> None:
    brief = sent(account, teller.place)
    fits = factories.ClipFactory(storyteller=teller, consent=False, language="en")
    now = timezone.now()
    theirs = factories.ClipFactory(
        storyteller=teller, consent=False, language="ar", themes=[], brief=brief, used_at=now
    )
    assert brief.mention is not None
    first, second = shelf.suggest(brief.mention)
    assert (first.clip, second.clip) == (theirs, fits)
    assert first.reasons[:2] == [first.rest, "Filmed for them"]
    other = factories.MentionFactory(account=account)
    assert shelf.suggest(other)[0].clip == fits
