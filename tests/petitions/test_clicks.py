from datetime import UTC, timedelta
from typing import Any

import crawleruseragents  # type: ignore[import-untyped]  # it has none
import pytest
import time_machine
from django.conf import settings
from django.db.models import Sum
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from redis import Redis

from petitions import limits
from petitions.actions import clicks
from petitions.models import ClickCount, Petition, TrackedLink
from tests.factories import TrackedLinkFactory
from tests.petitions.conftest import BROWSER

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def link(petition: Petition) -> TrackedLink:
    return TrackedLinkFactory(petition=petition, slug="abc123")


def counted(link: TrackedLink) -> dict[str, int]:
    names = ("people", "bots", "repeats")
    found = ClickCount.objects.filter(link=link).aggregate(**{name: Sum(name) for name in names})
    return {name: found[name] or 0 for name in names}


def test_a_person_is_sent_on_and_counted(visitor: Client, link: TrackedLink) -> None:
    response = visitor.get("/s/abc123")

    assert (response.status_code, response["Location"]) == (302, "/p/share/?l=abc123")
    assert response["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert counted(link) == {"people": 1, "bots": 0, "repeats": 0}


def test_the_preview_of_x_counts_one_bot_and_nobody(client: Client, link: TrackedLink) -> None:
    client.get("/s/abc123", headers={"user-agent": "Twitterbot/1.0"})
    for agent in (IPHONE, BROWSER, ""):
        assert client.head("/s/abc123", headers={"user-agent": agent}).status_code == 302

    assert counted(link) == {"people": 0, "bots": 1, "repeats": 0}


def test_crawlers_of_a_public_list_are_bots() -> None:
    """The list is that of the package crawler-user-agents: every program it has seen."""
    taken_for_people = {
        one["pattern"]
        for one in crawleruseragents.CRAWLER_USER_AGENTS_DATA
        for agent in one.get("instances", [])
        if not clicks.is_bot(agent)
    }

    # People who read within an app; and browsers that a tool starts, which do not say so.
    assert taken_for_people == {
        r"AP3A\.240617\.008", "MetaIAB Facebook",
        r"Code\/1\.", "Fluid", "GTmetrix", r"Miniature\.io\/", r"Trae\/", "TSM-turingos",
        "YLT Chrome",
    }  # fmt: skip


def test_a_request_without_user_agent_is_sent_on_uncounted(
    client: Client, link: TrackedLink
) -> None:
    assert client.get("/s/abc123", headers={"user-agent": ""}).status_code == 302

    assert not ClickCount.objects.exists()


def test_the_same_person_counts_once_a_day(link: TrackedLink) -> None:
    with time_machine.travel("2026-02-03T10:00Z", tick=False) as clock:
        for _ in range(3):
            clicks.count(link, ip="192.0.2.1", user_agent=BROWSER)
        clicks.count(link, ip="192.0.2.1", user_agent=IPHONE)
        clicks.count(link, ip="192.0.2.2", user_agent=BROWSER)
        clock.shift(timedelta(days=1))
        clicks.count(link, ip="192.0.2.1", user_agent=BROWSER)

    assert counted(link) == {"people": 4, "bots": 0, "repeats": 2}


def test_a_click_is_kept_by_its_hour(link: TrackedLink) -> None:
    clicks.count(link, ip="192.0.2.1", user_agent=BROWSER)

    hour = timezone.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    assert list(ClickCount.objects.values_list("hour", flat=True)) == [hour]


def test_counting_keeps_no_address_and_forgets_its_salt(
    link: TrackedLink, redis_connection: Redis
) -> None:
    clicks.count(link, ip="192.0.2.77", user_agent=BROWSER)

    kept: list[Any] = list(redis_connection.scan_iter("petitions:*"))
    assert not any(b"192.0.2" in key for key in kept)
    lasting = {key: redis_connection.ttl(key) for key in kept if key != b"petitions:touched"}
    assert len(lasting) == 2
    assert all(0 < seconds <= limits.DAY for seconds in lasting.values())


def test_a_visitor_is_sent_on_when_redis_is_away(
    visitor: Client, link: TrackedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(limits, "_redis", None)

    assert visitor.get("/s/abc123").status_code == 302

    assert counted(link) == {"people": 1, "bots": 0, "repeats": 0}


@pytest.mark.django_db(transaction=True)
def test_a_visitor_is_sent_on_when_counting_fails(
    visitor: Client, link: TrackedLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clicks, "_ADD", "INSERT INTO nowhere VALUES (%s, %s, %s, %s, %s)")

    assert visitor.get("/s/abc123").status_code == 302


def test_a_click_takes_two_queries(
    visitor: Client, link: TrackedLink, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        visitor.get("/s/abc123")


@pytest.mark.parametrize("slug", ["nobody", "UPPER", "a-b-c"])
def test_an_unknown_link_is_not_found(visitor: Client, slug: str) -> None:
    assert visitor.get(f"/s/{slug}").status_code == 404


def test_a_link_takes_no_other_methods(client: Client, link: TrackedLink) -> None:
    assert client.post("/s/abc123").status_code == 405
