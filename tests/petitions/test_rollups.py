"""Roll-ups say what the rows say, whatever happens to them and whenever they are rolled up."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from campaign.models import Mention
from petitions import tallies
from petitions.actions import rollups
from petitions.models import (
    ClickCount,
    HourCount,
    LinkDay,
    Petition,
    RollUp,
    Signature,
    StaleHour,
    TrackedLink,
)  # fmt: skip
from tests.factories import AccountFactory, MentionFactory, PetitionFactory, TrackedLinkFactory

NOW = datetime(2026, 2, 3, 15, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAYS_QUICK = " UNION ALL ".join(f"({tallies.days_quick(by)})" for by in ("country", *tallies.FACTS))


def sign(petition: Petition, link: TrackedLink | None, *, at: datetime, **facts: Any) -> Signature:
    facts = {"country": "GB", "state": "pending"} | facts
    return Signature.objects.create(
        petition=petition, email_hmac=uuid4().hex * 2, link=link, signed_at=at,
        confirmed_at=at if facts["state"] == "confirmed" else None, mail_due=False, **facts,
    )  # fmt: skip


def sums(statement: str, petition: Petition) -> Counter[tuple[Any, ...]]:
    """Key → numbers, however many rows they came in; what is nothing is left out."""
    start, end = tallies.ALWAYS
    facts = {
        "campaign": petition.campaign_id, "start": start, "end": end, "zone": settings.TIME_ZONE,
    }  # fmt: skip
    keys = {"hour": 5, "link_id": 2, "day": 7}
    width = next(n for name, n in keys.items() if columns(statement).startswith(name))
    found: Counter[tuple[Any, ...]] = Counter()
    for row in tallies.rows(statement, facts):
        for place, number in enumerate(row[width:]):
            found[*row[:width], place] += number
    return +found


def columns(statement: str) -> str:
    known = {
        tallies.HOURS: tallies.HOUR_COLUMNS, tallies.HOURS_QUICK: tallies.HOUR_COLUMNS,
        tallies.LINKS: tallies.LINK_COLUMNS, tallies.LINKS_QUICK: tallies.LINK_COLUMNS,
        tallies.DAYS: tallies.DAY_COLUMNS, DAYS_QUICK: tallies.DAY_COLUMNS,
    }  # fmt: skip
    return known[statement]


PAIRS = (
    (tallies.HOURS, tallies.HOURS_QUICK),
    (tallies.LINKS, tallies.LINKS_QUICK),
    (tallies.DAYS, DAYS_QUICK),
)


def assert_true(petition: Petition) -> None:
    for bare, quick in PAIRS:
        assert sums(quick, petition) == sums(bare, petition)


class World:
    """A campaign to which things happen, now and in hours that are long over."""

    def __init__(self) -> None:
        account = AccountFactory()
        self.petition: Petition = PetitionFactory(campaign=account.campaign)
        self.other: Petition = PetitionFactory(campaign=account.campaign)
        self.account = account
        self.links = [
            TrackedLinkFactory(petition=self.petition, place=place, language="en")
            for place in ("Kakuma", "Shatila")
        ]

    def happen(self, what: int, which: int, hours: int) -> None:
        at = NOW - hours * HOUR
        link = self.links[which % 2]
        signatures = Signature.objects.order_by("pk")
        one = signatures[which % signatures.count()] if signatures.exists() else None
        deeds: list[Callable[[], Any]] = [
            lambda: sign(self.petition, link, at=at, country="FR"),
            lambda: sign(self.other, None, at=at, state="confirmed"),
            lambda: one and confirm(one),
            lambda: one and Signature.objects.filter(pk=one.pk).update(state="invalidated"),
            lambda: one and one.delete(),
            lambda: one and Signature.objects.filter(pk=one.pk).update(country="", link=link),
            lambda: click(link, at=at),
            lambda: ClickCount.objects.filter(link=link).delete(),
            lambda: TrackedLink.objects.filter(pk=link.pk).update(language=f"l{which}"),
            lambda: TrackedLink.objects.filter(pk=link.pk).update(
                editor_id=which, clip_title=f"Clip {which}", posted_at=at, tweeted_at=at - HOUR
            ),
            lambda: MentionFactory(account=self.account, received_at=at, themes=["a", "b"][which:]),
            lambda: Mention.objects.update(themes=["c"], lang="fr-CA"),
            lambda: Mention.objects.filter(received_at__lt=NOW - 3 * HOUR).delete(),
            rollups.roll,
            rollups.roll,
        ]
        deeds[what % len(deeds)]()


def confirm(one: Signature) -> int:
    return Signature.objects.filter(pk=one.pk).update(state="confirmed", confirmed_at=NOW)


def click(link: TrackedLink, *, at: datetime) -> None:
    hour = at.replace(minute=0)
    count, _ = ClickCount.objects.get_or_create(link=link, hour=hour)
    ClickCount.objects.filter(pk=count.pk).update(people=count.people + 1, bots=count.bots + 2)


class RollUpsAreTrue(TestCase):
    """hypothesis rolls the database back after each example."""

    @bounds(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(st.tuples(st.integers(0, 14), st.integers(0, 5), st.integers(0, 60)), max_size=25)
    )
    def test_sums_are_what_the_rows_say(self, story: list[tuple[int, int, int]]) -> None:
        with time_machine.travel(NOW, tick=False):
            world = World()
            for what, which, hours in story:
                world.happen(what, which, hours)
            rollups.roll()
            assert_true(world.petition)
            assert rollups.recount(world.petition.campaign) == 0


@pytest.fixture
def world(db: None) -> World:
    return World()


@time_machine.travel(NOW, tick=False)
def test_closed_hours_are_read_from_the_sums_alone(world: World) -> None:
    sign(world.petition, world.links[0], at=NOW - 5 * HOUR, state="confirmed")
    sign(world.petition, world.links[0], at=NOW, state="confirmed")

    rollups.roll()

    assert RollUp.objects.get(campaign=world.petition.campaign_id).closed_until == NOW.replace(
        minute=0
    )
    assert HourCount.objects.get().confirmed == 1
    LinkDay.objects.update(confirmed=41)
    assert sum(sums(tallies.LINKS_QUICK, world.petition).values()) == 41 + 1


@time_machine.travel(NOW.replace(minute=3), tick=False)
def test_an_hour_is_closed_when_its_last_transactions_are_over(world: World) -> None:
    sign(world.petition, None, at=NOW - 5 * HOUR)

    rollups.roll()

    until = RollUp.objects.get(campaign=world.petition.campaign_id).closed_until
    assert until == NOW.replace(hour=14, minute=0)


def test_a_change_within_the_open_hour_leaves_no_mark(world: World) -> None:
    one = sign(world.petition, world.links[0], at=datetime.now(UTC))
    confirm(one)
    click(world.links[0], at=datetime.now(UTC).replace(second=0, microsecond=0))
    MentionFactory(account=world.account, received_at=datetime.now(UTC))

    assert not StaleHour.objects.exists()


def test_a_change_of_what_reports_do_not_ask_leaves_no_mark(world: World) -> None:
    one = sign(world.petition, world.links[0], at=NOW - 5 * HOUR)
    StaleHour.objects.all().delete()

    Signature.objects.filter(pk=one.pk).update(mails_sent=2, name="x")
    TrackedLink.objects.update(views=5)
    Mention.objects.update(status="answered")

    assert not StaleHour.objects.exists()


@time_machine.travel(NOW, tick=False)
def test_recount_mends_and_tells_of_drift(world: World, caplog: pytest.LogCaptureFixture) -> None:
    sign(world.petition, world.links[0], at=NOW - 30 * HOUR, state="confirmed")
    rollups.roll()
    HourCount.objects.update(confirmed=7)

    assert rollups.recount(world.petition.campaign) == 2  # one wrong, one missing
    assert "had drifted" in caplog.text
    assert rollups.recount(world.petition.campaign) == 0
    assert_true(world.petition)


@pytest.mark.parametrize(("hour", "counted"), [(3, True), (14, False)])
def test_recount_waits_for_the_night(world: World, hour: int, counted: bool) -> None:
    sign(world.petition, None, at=NOW - 30 * HOUR)
    with time_machine.travel(NOW.replace(hour=hour), tick=False):
        rollups.roll()
        rollups.recount_nightly()

    assert (
        RollUp.objects.get(campaign=world.petition.campaign_id).recounted_at is not None
    ) is counted
