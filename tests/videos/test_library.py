from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign.models import Campaign
from tests import factories
from videos import reports
from videos.models import Clip

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return factories.CampaignFactory()


@pytest.fixture
def ana(client: Client, campaign: Campaign) -> Client:
    client.force_login(factories.editor(campaign))
    return client


def clip(campaign: Campaign, **facts: Any) -> Clip:
    return factories.ClipFactory(storyteller__campaign=campaign, **facts)


def shown(client: Client, campaign: Campaign, **filters: str) -> list[Clip]:
    response = client.get(reverse("clips", args=[campaign.slug]), filters)
    assert response.status_code == 200
    return list(response.context["page"].object_list)


def test_clips_shows_the_campaigns_own_newest_first(ana: Client, campaign: Campaign) -> None:
    older, newer = clip(campaign), clip(campaign)
    clip(factories.CampaignFactory())

    assert shown(ana, campaign) == [newer, older]


def test_clips_hides_what_was_withdrawn(ana: Client, campaign: Campaign) -> None:
    clip(campaign, status=Clip.Status.WITHDRAWN)

    assert shown(ana, campaign) == []


def test_clips_can_be_narrowed(ana: Client, campaign: Campaign) -> None:
    one = clip(campaign, language="en", themes=["home"])
    two = clip(campaign, language="ar", themes=["home", "work"])
    three = clip(campaign, language="ar", status=Clip.Status.FAILED, failure="lost", themes=[])

    assert shown(ana, campaign, status="ready") == [two, one]
    assert shown(ana, campaign, language="ar") == [three, two]
    assert shown(ana, campaign, theme="home") == [two, one]
    assert shown(ana, campaign, place=one.storyteller.place.slug) == [one]
    assert shown(ana, campaign, theme="home", language="ar", status="ready") == [two]


@pytest.mark.parametrize(
    "filters",
    [
        {"status": "nonsense"},
        {"place": "a'b"},
        {"theme": "x" * 100},
        {"language": "\x00"},
        {"page": "-1"},
        {"page": "x" * 1000},
    ],
)
def test_clips_ignores_a_filter_that_makes_no_sense(
    ana: Client, campaign: Campaign, filters: dict[str, str]
) -> None:
    one = clip(campaign)

    assert shown(ana, campaign, **filters) == [one]


def test_clips_offers_only_choices_that_exist(ana: Client, campaign: Campaign) -> None:
    one = clip(campaign, language="sw", themes=["home", "unknown"])
    clip(factories.CampaignFactory(), language="fr", themes=["work"])

    choices = reports.choices(campaign)

    assert choices["language"] == [("sw", "Kiswahili")]
    assert choices["theme"] == [("home", "Home"), ("unknown", "unknown")]
    assert choices["place"] == [(one.storyteller.place.slug, "Kakuma")]


def test_clips_shows_each_state_in_words(ana: Client, campaign: Campaign) -> None:
    clip(campaign, used=3, used_at=timezone.now())
    clip(campaign, consent=False)
    clip(campaign, status=Clip.Status.PROCESSING, progress=42)
    clip(campaign, status=Clip.Status.FAILED, failure="too_long")

    page = ana.get(reverse("clips", args=[campaign.slug])).content.decode()

    for words in (
        "Used 3 times",
        "No consent",
        "<span data-percent>42</span>",
        "This film is longer than 2 min 20 s.",
    ):
        assert words in page


def test_clips_says_when_there_are_none(ana: Client, campaign: Campaign) -> None:
    page = ana.get(reverse("clips", args=[campaign.slug])).content.decode()

    assert "No clips yet." in page


def test_clips_answers_with_the_shelf_alone(ana: Client, campaign: Campaign) -> None:
    clip(campaign)

    page = ana.get(
        reverse("clips", args=[campaign.slug]), headers={"HX-Request": "true"}
    ).content.decode()

    assert "<html" not in page
    assert "shelf-grid" in page


def test_clips_asks_the_same_number_of_questions(ana: Client, campaign: Campaign) -> None:
    url = reverse("clips", args=[campaign.slug])

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert ana.get(url).status_code == 200
        return len(asked)

    clip(campaign)
    questions()  # fills what the frame of the page caches
    with_one = questions()
    clip(campaign)
    clip(campaign)

    assert questions() == with_one <= 14


def test_clips_of_another_campaign_do_not_exist(client: Client, campaign: Campaign) -> None:
    client.force_login(factories.editor(factories.CampaignFactory()))

    assert client.get(reverse("clips", args=[campaign.slug])).status_code == 404


def test_clips_are_forbidden_to_crews(client: Client, campaign: Campaign) -> None:
    charlie = factories.crew(factories.PlaceFactory())
    charlie.campaigns.add(campaign)
    client.force_login(charlie)

    assert client.get(reverse("clips", args=[campaign.slug])).status_code == 403


def test_retire_takes_a_clip_off_the_shelf(ana: Client, campaign: Campaign) -> None:
    one = clip(campaign)

    response = ana.post(reverse("clip-retire", args=[campaign.slug, one.pk]))

    assert (response.status_code, response["Location"]) == (
        302,
        reverse("clips", args=[campaign.slug]),
    )
    assert Clip.objects.get().status == Clip.Status.RETIRED


def test_retire_says_when_somebody_was_first(ana: Client, campaign: Campaign) -> None:
    one = clip(campaign, status=Clip.Status.RETIRED)

    page = ana.post(reverse("clip-retire", args=[campaign.slug, one.pk]), follow=True)

    assert "This clip is not on the shelf any more." in page.content.decode()


def test_retire_is_forbidden_to_managers(client: Client, campaign: Campaign) -> None:
    one = clip(campaign)
    client.force_login(factories.manager(campaign))

    response = client.post(reverse("clip-retire", args=[campaign.slug, one.pk]))

    assert response.status_code == 403
    assert Clip.objects.get().status == Clip.Status.READY


def test_retire_does_not_reach_another_campaigns_clip(ana: Client, campaign: Campaign) -> None:
    other = clip(factories.CampaignFactory())

    response = ana.post(reverse("clip-retire", args=[campaign.slug, other.pk]))

    assert response.status_code == 404
    assert Clip.objects.get().status == Clip.Status.READY


def test_retire_needs_a_post(ana: Client, campaign: Campaign) -> None:
    one = clip(campaign)

    assert ana.get(reverse("clip-retire", args=[campaign.slug, one.pk])).status_code == 405
