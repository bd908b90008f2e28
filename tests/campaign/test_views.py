import pytest
from django.conf import LazySettings
from django.test import Client
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from campaign import live
from campaign.models import Campaign
from campaign.models import User as Person
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    made: Campaign = factories.CampaignFactory(slug="ours")
    return made


def landing(client: Client, person: Person) -> str:
    client.force_login(person)
    return client.get("/").headers.get("Location", "")


def test_home_leads_everybody_to_their_own_work(client: Client, campaign: Campaign) -> None:
    place = factories.PlaceFactory()
    assert landing(client, factories.editor(campaign)) == "/c/ours/desk/"
    assert landing(client, factories.manager(campaign)) == "/c/ours/reports/"
    assert landing(client, factories.person("safeguarding", campaign)) == "/c/ours/clips/"
    assert landing(client, factories.crew(place)) == "/field/"


def test_home_tells_a_person_without_work_what_to_do(client: Client) -> None:
    client.force_login(factories.person(None))
    assert client.get("/").status_code == 403


def test_home_sends_strangers_to_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_person_signs_in_and_out(client: Client, campaign: Campaign) -> None:
    ana = factories.editor(campaign)
    ana.set_password("a good long password")
    ana.save(update_fields=["password"])
    wrong = client.post("/sign-in/", {"login": ana.username, "password": "guess"})
    assert wrong.status_code == 200
    answer = client.post("/sign-in/", {"login": ana.username, "password": "a good long password"})
    assert answer.headers["Location"] == "/"
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/").headers["Location"] == "/sign-in/?next=/"


def test_health_tells_what_answers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health/live").content == b"ok"
    assert client.get("/health/ready").json() == {"database": True, "redis": True}
    monkeypatch.setattr("campaign.views.front._redis_answers", lambda: False)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"database": True, "redis": False})


def test_pages_carry_a_strict_policy(client: Client) -> None:
    policy = client.get("/sign-in/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_pages_work_while_redis_is_away(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    away = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": away}}
    monkeypatch.setattr(live, "_redis", Redis.from_url(away, retry=Retry(NoBackoff(), 0)))
    client.force_login(factories.senior(campaign))
    pages = ["desk", "outbox", "approvals", "clips", "reports"]
    answers = {page: client.get(f"/c/ours/{page}/").status_code for page in pages}
    assert answers == dict.fromkeys(pages, 200)
