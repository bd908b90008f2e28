"""The big screen: who may see it, what it tells, and what it never tells."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign import events, screens
from campaign.models import AuditEntry, Campaign
from petitions.models import Petition, Signature, TrackedLink
from petitions.reports import wall
from petitions.reports.wall import Wall
from tests import factories
from tests.factories import TrackedLinkFactory

pytestmark = pytest.mark.django_db
KEY = "a-key-that-nobody-guesses"


@pytest.fixture
def campaign(petition: Petition) -> Campaign:
    petition.campaign.screen_key = KEY
    petition.campaign.save()
    return petition.campaign


def told(petition: Petition, *, seconds: int = 30, **facts: object) -> TrackedLink:
    now = timezone.now()
    known = {
        "clip_id": uuid4(), "storyteller": "Amina Secret", "place": "Hidden Block 4",
        "posted_at": now - timedelta(seconds=seconds),
        "tweeted_at": now - timedelta(seconds=seconds + 60),
    }  # fmt: skip
    link: TrackedLink = TrackedLinkFactory(petition=petition, **(known | facts))
    return link


def page(client: Client) -> str:
    return client.get(f"/wall/{KEY}/").content.decode()


def test_wall_tells_of_a_storyteller_what_their_consent_allows(
    client: Client, petition: Petition, campaign: Campaign
) -> None:
    face = told(petition, shown_name="Leila", shown_place="Kenya", shown_face=True)
    voice = told(petition, seconds=200)

    shown = page(client)

    assert "Leila" in shown
    assert "Kenya" in shown
    assert f"/v/{face.clip_id}.jpg" in shown
    assert f"/v/{voice.clip_id}.jpg" not in shown
    assert "Somebody" in shown
    assert "Voice only" in shown
    assert "Secret" not in shown
    assert "Hidden" not in shown


def test_wall_forgets_a_withdrawn_clip(petition: Petition, campaign: Campaign) -> None:
    told(petition, clip_id=None, shown_name="")

    assert Wall(campaign).told == []


def test_wall_counts_the_day_and_lights_the_map(
    client: Client, petition: Petition, campaign: Campaign
) -> None:
    now = timezone.now()
    for country in ("GB", "GB", "KE"):
        Signature.objects.create(
            petition=petition, email_hmac=uuid4().hex * 2, country=country, signed_at=now,
            confirmed_at=now, state="confirmed", mail_due=False,
        )  # fmt: skip

    found = Wall(campaign)

    assert (found.today.confirmed, found.countries) == (3, {"GB": 2, "KE": 1})
    assert found.lately == ["KE", "GB"] or set(found.lately) == {"KE", "GB"}
    assert sum(path.count("M") for _, path in found.map.lit) == 2 + 1
    assert "from 2 countries" in " ".join(page(client).split())


def test_every_country_of_the_form_has_its_dot() -> None:
    _, _, dots, _ = wall._world()

    assert {"GB", "KE", "LB", "FR", "US", "PS", "XK", "VA"} <= dots.keys()
    assert min(len(listed) for listed in dots.values()) == 1


def test_wall_takes_as_many_queries_for_many_replies(
    client: Client, petition: Petition, campaign: Campaign
) -> None:
    taken = []
    for _ in range(2):
        for seconds in range(4):
            told(petition, seconds=seconds)
        with CaptureQueriesContext(connection) as queries:
            page(client)
        taken.append(len(queries))

    assert taken[0] == taken[1]
    assert taken[0] <= 10


@pytest.mark.parametrize("key", ["wrong", "None"])
def test_wall_is_not_there_for_who_has_another_key(
    client: Client, campaign: Campaign, key: str
) -> None:
    factories.CampaignFactory()

    answer = client.get(f"/wall/{key}/")

    assert answer.status_code == 404
    assert b"new address" in answer.content


def test_a_new_address_closes_the_old(client: Client, campaign: Campaign) -> None:
    client.force_login(factories.manager(campaign))

    client.post(f"/c/{campaign.slug}/reports/wall/new/")

    campaign.refresh_from_db()
    assert campaign.screen_key not in {KEY, "", None}
    assert client.get(f"/wall/{KEY}/").status_code == 404
    assert client.get(f"/wall/{campaign.screen_key}/").status_code == 200
    entry = AuditEntry.objects.get()
    assert str(campaign.screen_key) not in f"{entry.verb}{entry.before}{entry.after}"
    assert (
        f"/wall/{campaign.screen_key}/"
        in client.get(f"/c/{campaign.slug}/reports/wall/").content.decode()
    )


@pytest.mark.parametrize("role", ["editor", "crew", "safeguarding", None])
def test_the_address_is_refused_to_who_may_not_see_reports(
    client: Client, campaign: Campaign, role: str | None
) -> None:
    client.force_login(factories.person(role, campaign))

    assert client.get(f"/c/{campaign.slug}/reports/wall/").status_code == 403
    assert client.post(f"/c/{campaign.slug}/reports/wall/new/").status_code == 403
    campaign.refresh_from_db()
    assert campaign.screen_key == KEY


def test_a_screen_hears_what_is_public_and_of_its_own_campaign(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "close_old_connections", lambda: None)  # the test's own is open
    audience = events._audience("", "", KEY)
    nobody = events._audience("", "", "wrong") or events._audience("", "", "\0")

    assert nobody is None
    assert audience == events.Audience(campaigns=frozenset({campaign.pk}), kinds=screens.KINDS)
