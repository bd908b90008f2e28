import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from campaign import spreadsheet
from campaign.models import Campaign, Mention
from petitions.actions import rollups
from petitions.models import ClickCount, HourCount, Petition, Signature, TrackedLink
from petitions.reports import breakdown, charts, funnel, page, period, speed
from petitions.reports.page import Report, asked
from petitions.reports.rates import Rate
from petitions.reports.scope import Scope, narrow
from tests import factories
from tests.factories import MentionFactory, PetitionFactory, TrackedLinkFactory

NOW = datetime(2026, 2, 3, 15, 30, tzinfo=UTC)
HOME, SCHOOL = UUID(int=1), UUID(int=2)


@pytest.fixture(autouse=True)
def _at_half_past_three() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def campaign(petition: Petition) -> Campaign:
    Campaign.objects.update(created_at=NOW - timedelta(days=3))
    petition.campaign.refresh_from_db()
    return petition.campaign


def sign(petition: Petition, link: TrackedLink | None, *, ago: timedelta, **facts: Any) -> None:
    state = facts.pop("state", "confirmed")
    Signature.objects.create(
        petition=petition,
        email_hmac=uuid4().hex * 2,
        country="GB",
        link=link,
        signed_at=NOW - ago,
        confirmed_at=NOW if state == "confirmed" else None,
        state=state,
        mail_due=False,
        **facts,
    )


def posted(petition: Petition, **facts: Any) -> TrackedLink:
    ago = facts.pop("ago", timedelta(hours=5))
    waited = facts.pop("waited", timedelta(minutes=6))
    at = NOW - ago
    link: TrackedLink = TrackedLinkFactory(
        petition=petition, posted_at=at, tweeted_at=at - waited, **facts
    )
    return link


def clicked(link: TrackedLink, *, people: int, bots: int = 0, ago: timedelta) -> None:
    hour = (NOW - ago).replace(minute=0)
    ClickCount.objects.create(link=link, hour=hour, people=people, bots=bots)


@pytest.fixture
def story(petition: Petition, campaign: Campaign) -> Petition:
    """Two storytellers, a direct signature, and things that belong to others."""
    for _ in range(4):
        MentionFactory(account__campaign=campaign, received_at=NOW - timedelta(hours=6))
    leila = posted(
        petition, clip_id=HOME, clip_title="Home", storyteller="Leila", place="Kakuma",
        language="en", waited=timedelta(minutes=4),
    )  # fmt: skip
    heba = posted(
        petition, clip_id=SCHOOL, clip_title="School", storyteller="Heba", place="Shatila",
        language="ar", ago=timedelta(days=1), waited=timedelta(minutes=8),
    )  # fmt: skip
    TrackedLinkFactory(petition=petition)
    clicked(leila, people=10, bots=7, ago=timedelta(hours=4))
    clicked(heba, people=5, bots=3, ago=timedelta(hours=20))
    sign(petition, leila, ago=timedelta(hours=3))
    sign(petition, leila, ago=timedelta(hours=3))
    sign(petition, leila, ago=timedelta(hours=2), state="pending")
    sign(petition, heba, ago=timedelta(hours=20))
    sign(petition, None, ago=timedelta(hours=1))
    sign(petition, leila, ago=timedelta(hours=1), state="invalidated")
    elsewhere = PetitionFactory()
    clicked(posted(elsewhere), people=99, ago=timedelta(hours=1))
    sign(elsewhere, None, ago=timedelta(hours=1))
    MentionFactory()
    return petition


def scope(petition: Petition, **query: str) -> Scope:
    return Scope(petition.campaign, period.read(query), narrow(query))


@pytest.mark.django_db
def test_funnel_counts_the_campaign_alone(story: Petition) -> None:
    found = funnel.read(scope(story)).total

    assert (found.mentions, found.replies, found.people, found.bots) == (4, 2, 15, 10)
    assert (found.confirmed, found.pending, found.by_link, found.straight) == (4, 1, 3, 1)
    assert (found.answered, found.signed) == (Rate(2, 4), Rate(3, 15))
    assert found.clicks_a_reply == "× 7.5"


@pytest.mark.django_db
def test_funnel_moments_add_up_and_leave_no_gap(story: Petition) -> None:
    found = funnel.read(scope(story, period="all"))

    assert found.unit == "hour"
    assert sum(one.confirmed for one in found.moments) == found.total.confirmed
    assert sum(one.mentions for one in found.moments) == found.total.mentions
    steps = {b.at - a.at for a, b in zip(found.moments, found.moments[1:], strict=False)}
    assert steps == {timedelta(hours=1)}
    assert [one.now for one in found.moments] == [False] * (len(found.moments) - 1) + [True]


@pytest.mark.django_db
def test_funnel_of_a_long_time_goes_by_day_across_a_change_of_clocks(petition: Petition) -> None:
    with time_machine.travel("2026-04-05T12:00Z", tick=False):
        sign(petition, None, ago=timedelta(0))
        found = funnel.read(scope(petition, **{"from": "2026-03-25", "to": "2026-04-05"}))

    days = [timezone.localtime(one.at) for one in found.moments]
    assert [(day.day, day.hour) for day in days] == [
        (day, 0) for day in [*range(25, 32), *range(1, 6)]
    ]


@pytest.mark.django_db
def test_a_period_leaves_out_what_came_before(story: Petition) -> None:
    today = funnel.read(scope(story, period="today")).total
    yesterday = funnel.read(scope(story, **{"from": "2026-02-02", "to": "2026-02-02"})).total

    assert (today.replies, today.people, today.confirmed) == (1, 10, 3)
    assert (yesterday.replies, yesterday.people, yesterday.confirmed) == (1, 5, 1)


@pytest.mark.parametrize(
    ("query", "name", "problem"),
    [
        ({}, "week", False),
        ({"period": "today"}, "today", False),
        ({"period": "all"}, "all", False),
        ({"period": "rubbish"}, "week", False),
        ({"from": "2026-02-01", "to": "2026-02-02"}, "dates", False),
        ({"from": "2026-02-01"}, "dates", False),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "week", True),
        ({"from": "yesterday"}, "week", True),
        ({"from": "\x00", "to": "9999-12-31"}, "week", True),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "week", True),
    ],
)
def test_a_period_is_read_from_the_address(query: dict[str, str], name: str, problem: bool) -> None:
    found = period.read(query)

    assert (found.name, bool(found.problem)) == (name, problem)


@pytest.mark.django_db
def test_breakdown_by_clip(story: Petition) -> None:
    rows = breakdown.read(scope(story), by="clip")

    assert [
        (row.name, row.detail, row.replies, row.people, row.bots, row.confirmed, row.pending)
        for row in rows
    ] == [
        ("Home", "Leila, Kakuma", 1, 10, 7, 2, 1),
        ("School", "Heba, Shatila", 1, 5, 3, 1, 0),
        ("Straight to the page", "", 0, 0, 0, 1, 0),
    ]
    assert [row.wait for row in rows] == [timedelta(minutes=4), timedelta(minutes=8), None]


@pytest.mark.django_db
def test_breakdown_by_storyteller_is_summed_by_place(story: Petition) -> None:
    extra = posted(story, storyteller="Oscar", place="Kakuma", waited=timedelta(hours=1))
    clicked(extra, people=1, ago=timedelta(hours=1))

    groups = breakdown.places(breakdown.read(scope(story), by="storyteller"))

    assert [
        (place.name, place.replies, place.people, place.confirmed, [row.name for row in rows])
        for place, rows in groups
    ] == [
        ("Kakuma", 2, 11, 2, ["Leila", "Oscar"]),
        ("Shatila", 1, 5, 1, ["Heba"]),
        ("Straight to the page", 0, 0, 1, ["Straight to the page"]),
    ]
    # Of a place's three waits, not of its storytellers' medians.
    posted(story, storyteller="Leila", place="Kakuma", waited=timedelta(minutes=6))
    (kakuma, _), *_ = breakdown.places(breakdown.read(scope(story), by="storyteller"))
    assert kakuma.wait == timedelta(minutes=6)


@pytest.mark.django_db
def test_breakdown_by_day_begins_with_the_newest(story: Petition) -> None:
    rows = breakdown.read(scope(story), by="day")

    assert [(row.name, row.replies, row.people, row.confirmed) for row in rows] == [
        ("Tue 3 Feb", 1, 10, 3),
        ("Mon 2 Feb", 1, 5, 1),
    ]


@pytest.mark.django_db
def test_breakdown_by_language(story: Petition) -> None:
    rows = breakdown.read(scope(story), by="language")

    assert [(row.name, row.people, row.confirmed) for row in rows] == [
        ("English", 10, 2),
        ("Arabic", 5, 1),
        ("Straight to the page", 0, 1),
    ]


@pytest.mark.django_db
def test_breakdown_keeps_a_clip_whose_consent_was_withdrawn(story: Petition) -> None:
    TrackedLink.objects.filter(clip_id=HOME).update(clip_id=None)

    rows = breakdown.read(scope(story), by="clip")

    assert ("Home", 10, 2) in [(row.name, row.people, row.confirmed) for row in rows]


@pytest.mark.django_db
def test_speed_tells_each_lanes_wait_and_what_it_went_to(petition: Petition) -> None:
    for minutes in (2, 4, 60):
        steps = {"waiting": minutes * 30, "writing": minutes * 15, "posting": minutes * 15}
        posted(
            petition, lane="library", place="Kakuma", waited=timedelta(minutes=minutes), steps=steps
        )
    posted(petition, lane="field", place="Shatila", waited=timedelta(minutes=10))
    TrackedLinkFactory(petition=petition, posted_at=NOW)

    shatila, library = speed.read(scope(petition))

    assert (shatila.name, shatila.replies, shatila.median.time) == (
        "Field lane",
        1,
        timedelta(minutes=10),
    )
    assert shatila.median.parts == []
    assert (library.name, library.replies, library.median.time) == (
        "Library lane",
        3,
        timedelta(minutes=4),
    )
    assert library.nine_in_ten.time == timedelta(minutes=48, seconds=48)
    assert [(part.step, part.share, part.seconds) for part in library.median.parts] == [
        ("waiting", 0.5, 120), ("writing", 0.25, 60), ("posting", 0.25, 60),
    ]  # fmt: skip


@pytest.mark.django_db
def test_speed_of_the_median_is_that_of_replies_that_took_about_so_long(petition: Petition) -> None:
    for minutes in range(1, 22):
        steps = {"waiting": 60.0} if minutes > 14 else {"writing": 60.0}
        posted(petition, lane="library", waited=timedelta(minutes=minutes), steps=steps)

    (library,) = speed.read(scope(petition))

    assert [part.step for part in library.median.parts] == ["writing"]
    assert [part.step for part in library.nine_in_ten.parts] == ["waiting"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("place", [("Kakuma", 1, 10, 2), ("Shatila", 1, 5, 1), ("Straight to the page", 0, 0, 1)]),
        ("hour", [("10:00", 1, 0, 0), ("11:00", 0, 10, 0), ("12:00", 0, 0, 2), ("14:00", 0, 0, 1),
                  ("15:00", 1, 0, 0), ("19:00", 0, 5, 1)]),
        ("country", [("United Kingdom", 0, 0, 4)]),
        ("editor", [("Ana", 1, 10, 2), ("Not told", 1, 5, 1), ("Straight to the page", 0, 0, 1)]),
        ("theme", [("Home", 1, 10, 2), ("Children", 1, 10, 2), ("Not told", 1, 5, 1),
                   ("Straight to the page", 0, 0, 1)]),
        ("network", [("X", 2, 15, 3), ("Straight to the page", 0, 0, 1)]),
        ("wait", [("Within 5 min", 1, 10, 2), ("5 to 15 min", 1, 5, 1),
                  ("Straight to the page", 0, 0, 1)]),
    ],
)  # fmt: skip
def test_breakdown_by_everything_else(
    story: Petition, by: breakdown.By, expected: list[tuple[str, int, int, int]]
) -> None:
    ana = factories.editor(story.campaign, name="Ana")
    TrackedLink.objects.filter(storyteller="Leila").update(
        editor_id=ana.pk, themes=["children", "home"]
    )
    TrackedLink.objects.exclude(posted_at=None).update(network="x")
    rows = breakdown.read(scope(story), by=by)
    if by == "theme":
        assert sorted(row.name for row in rows) == sorted(name for name, *_ in expected)
        rows.sort(key=lambda row: [name for name, *_ in expected].index(row.name))

    assert [
        (row.name, row.replies, row.people, row.confirmed)
        for row in rows
        if row.replies or row.people or row.confirmed
    ] == expected


@pytest.mark.django_db
def test_mentions_stand_beside_what_answered_them(story: Petition) -> None:
    Mention.objects.filter(campaign=story.campaign).update(themes=["home"], lang="fr-CA")

    by_theme = breakdown.read(scope(story), by="theme")
    by_language = breakdown.read(scope(story), by="language")

    assert {row.name: row.mentions for row in by_theme}["Home"] == 4
    assert {row.name: row.mentions for row in by_language}["French"] == 4


@pytest.mark.django_db
def test_a_narrowed_report_holds_these_replies_alone(story: Petition) -> None:
    narrowed = funnel.read(scope(story, place="Kakuma")).total
    english = funnel.read(scope(story, language="en")).total
    nothing = funnel.read(scope(story, place="' OR 1=1 --", lane="\x00")).total

    assert (narrowed.replies, narrowed.people, narrowed.bots, narrowed.confirmed) == (1, 10, 7, 2)
    assert (narrowed.straight, narrowed.mentions) == (0, 4)
    assert (english.replies, english.people, english.mentions) == (1, 10, 4)
    assert (nothing.replies, nothing.people, nothing.confirmed) == (0, 0, 0)
    assert [row.name for row in breakdown.read(scope(story, language="ar"), by="clip")] == [
        "School"
    ]


@pytest.mark.django_db
def test_a_report_offers_what_many_new_replies_brought_at_once(
    petition: Petition, campaign: Campaign
) -> None:
    def places() -> list[str]:
        filters = Report(asked(campaign, {})).filters
        return [name for one in filters if one.label == "All places" for _, name, _ in one.choices]

    posted(petition, place="Kakuma")
    assert places() == []
    posted(petition, place="Shatila")
    assert places() == []

    page.forget_facts(campaign)

    assert places() == ["All places", "Kakuma", "Shatila"]


@pytest.mark.django_db
@pytest.mark.parametrize("by", get_args(breakdown.By))
def test_rolled_up_or_not_the_report_says_the_same(story: Petition, by: breakdown.By) -> None:
    live = [breakdown.read(scope(story, **query), by=by) for query in ({}, {"place": "Kakuma"})]
    total = funnel.read(scope(story))

    rollups.roll()

    assert HourCount.objects.exists()
    assert [
        breakdown.read(scope(story, **query), by=by) for query in ({}, {"place": "Kakuma"})
    ] == live
    assert funnel.read(scope(story)) == total


@pytest.mark.django_db
def test_views_shares_and_costs_are_those_of_the_replies(story: Petition) -> None:
    TrackedLink.objects.filter(clip_id=HOME).update(views=3_000, shares=4, cost="0.20")

    total = funnel.read(scope(story)).total
    (home, *_) = breakdown.read(scope(story), by="clip")

    assert (total.views, total.viewed, total.shares) == (3_000, 1, 4)
    assert (total.cost_a_reply, round(total.cost_a_signature or 0, 4)) == (
        Decimal("0.10"),
        Decimal("0.0667"),
    )
    assert (home.views, home.cost_a_signature) == (3_000, Decimal("0.10"))


@pytest.mark.django_db
def test_what_is_passed_on_brings_more(story: Petition) -> None:
    shared = TrackedLinkFactory(petition=story, channel="mail", place="Kakuma")
    ClickCount.objects.create(link=shared, hour=NOW.replace(minute=0), shares=3)
    sign(story, shared, ago=timedelta(minutes=10))
    sign(story, shared, ago=timedelta(minutes=10), state="pending")

    total = funnel.read(scope(story)).total

    assert (total.passed_on, total.brought) == (3, 1)
    assert funnel.read(scope(story, place="Shatila")).total.brought == 0


@pytest.mark.parametrize(
    ("query", "against", "expected"),
    [
        ({}, "", ("2026-01-21T00:00", "2026-01-27T15:00")),
        ({"period": "today"}, "", ("2026-02-02T00:00", "2026-02-02T15:00")),
        ({"period": "today"}, "2026-01-06", ("2026-01-06T00:00", "2026-01-06T15:00")),
        ({"from": "2026-02-01", "to": "2026-02-02"}, "", ("2026-01-30T00:00", "2026-02-01T00:00")),
        ({"from": "2026-02-01", "to": "2026-02-02"}, "none", None),
        ({"period": "all"}, "", None),
        ({"period": "today"}, "0001-01-01", ("2026-02-02T00:00", "2026-02-02T15:00")),
    ],
)
def test_a_period_is_compared_with_as_much_time(
    query: dict[str, str], against: str, expected: tuple[str, str] | None
) -> None:
    found = period.before(period.read(query), period.checked_against(against))

    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert (found.start, found.end) == tuple(
            datetime.fromisoformat(one).replace(tzinfo=UTC) for one in expected
        )


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [(12, 10, "+20 %"), (8, 10, "−20 %"), (10, 10, "± 0 %"), (5, 0, ""), (500, 10, "× 50")],
)
def test_change_is_told_in_percent(now: int, before: int, words: str) -> None:
    assert charts.change(now, before) == words


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (50, 100, 0.4038, 0.5962)],
)
def test_likely_range_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    found = Rate(part, whole).likely

    assert (round(found[0], 4), round(found[1], 4)) == (low, high)


@given(st.integers(0, 500), st.integers(1, 500))
def test_likely_range_holds_the_rate_and_stays_a_share(part: int, whole: int) -> None:
    rate = Rate(part, whole)
    low, high = rate.likely

    assert 0 <= low <= high <= 1
    assert low - 1e-9 <= min(1, rate.share) <= high + 1e-9


@given(st.lists(st.integers(0, 100_000), max_size=400))
def test_spark_fits_its_frame(values: list[int]) -> None:
    for x, y, width, height in charts.spark_boxes(values):
        assert x >= 0
        assert x + width <= charts.SPARK_WIDTH + 0.1
        assert y >= 0
        assert y + height == charts.SPARK_HEIGHT


@given(st.integers(0, 10_000_000))
def test_nice_is_round_and_not_passed(most: int) -> None:
    top = charts.nice(most)

    assert max(most, 4) <= top <= max(4, 2 * most)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_export_defuses_formulas(cell: str) -> None:
    assert spreadsheet.safe(cell) == f"'{cell}"


REPORTS = "/c/{}/reports/"


@pytest.fixture
def rosa(client: Client, campaign: Campaign) -> Client:
    client.force_login(factories.manager(campaign))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("by", [*get_args(breakdown.By), "rubbish"])
def test_report_shows_the_numbers(rosa: Client, story: Petition, by: str) -> None:
    response = rosa.get(REPORTS.format(story.campaign.slug), {"by": by})

    page = response.content.decode()
    assert response.status_code == 200
    assert "20.0 %" in page
    assert "bots kept apart: 10" in page
    assert " style=" not in page
    assert "{{" not in page


@pytest.mark.django_db
def test_report_without_anything_says_so(rosa: Client, campaign: Campaign) -> None:
    page = rosa.get(REPORTS.format(campaign.slug)).content.decode()

    assert "Nothing in this time yet" in page


@pytest.mark.django_db
def test_report_sends_its_figures_alone_to_htmx(rosa: Client, story: Petition) -> None:
    response = rosa.get(REPORTS.format(story.campaign.slug), headers={"HX-Request": "true"})

    fragment = response.content.decode().strip()
    assert fragment.startswith(("<div\n", "<div id"))
    assert "<html" not in fragment
    assert 'hx-get="?period=week&by=storyteller"' in fragment.replace("&amp;", "&")


def grow(petition: Petition, *, by: int) -> None:
    for number in range(by):
        link = posted(petition, storyteller=f"S{number}", place=f"P{number}")
        clicked(link, people=3, ago=timedelta(hours=number))
        sign(petition, link, ago=timedelta(hours=number))
        MentionFactory(account__campaign=petition.campaign)


@pytest.mark.django_db
def test_report_asks_ten_questions(
    story: Petition, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    wanted = asked(story.campaign, {})

    with django_assert_num_queries(10):
        Report(wanted)


@pytest.mark.django_db
def test_report_takes_as_many_queries_for_many_rows(
    rosa: Client, petition: Petition, campaign: Campaign
) -> None:
    rosa.get(REPORTS.format(campaign.slug))
    taken = []
    for size in (1, 12):
        grow(petition, by=size)
        with CaptureQueriesContext(connection) as queries:
            rosa.get(REPORTS.format(campaign.slug))
        taken.append(len(queries))

    assert taken[0] == taken[1]
    assert taken[0] < 30


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["reports/", "reports.csv", "reports.xlsx"])
@pytest.mark.parametrize("role", ["editor", "crew", "safeguarding", None])
def test_report_is_refused_to_who_may_not_see_it(
    client: Client, campaign: Campaign, path: str, role: str | None
) -> None:
    client.force_login(factories.person(role, campaign))

    assert client.get(f"/c/{campaign.slug}/{path}").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["reports/", "reports.csv", "reports.xlsx"])
def test_report_of_another_campaign_is_not_there_for_charlie(
    client: Client, campaign: Campaign, path: str
) -> None:
    client.force_login(factories.manager(factories.CampaignFactory()))
    assert client.get(f"/c/{campaign.slug}/{path}").status_code == 404

    client.logout()
    assert client.get(f"/c/{campaign.slug}/{path}").status_code == 302


@pytest.mark.django_db
def test_export_streams_every_row_without_formulas(rosa: Client, story: Petition) -> None:
    TrackedLink.objects.filter(clip_id=HOME).update(clip_title="=HYPERLINK(1)")

    response: Any = rosa.get(f"/c/{story.campaign.slug}/reports.csv", {"by": "clip"})

    assert isinstance(response, StreamingHttpResponse)
    assert response["Content-Disposition"] == (
        f'attachment; filename="{story.campaign.slug}-by-clip-2026-02-03.csv"'
    )
    text = response.getvalue().decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    assert rows[1] == [
        str(HOME), "'=HYPERLINK(1)", "Leila", "Kakuma", "0", "1", "0", "0", "10", "7", "2", "1",
        "0", "0.2", "0.0567", "0.5098", "240", "",
    ]  # fmt: skip
    assert [row[1] for row in rows[2:]] == ["School", "Straight to the page"]
    assert {len(row) for row in rows} == {18}


@pytest.mark.django_db
def test_export_of_signatures_names_nobody(rosa: Client, story: Petition) -> None:
    response: Any = rosa.get(f"/c/{story.campaign.slug}/reports.csv", {"what": "signatures"})

    rows = list(csv.reader(response.getvalue().decode().splitlines()))
    assert len(rows) == 1 + 6
    assert sorted(rows[1:])[2][:5] == [
        story.slug,
        "2026-02-03T12:00:00Z",
        "confirmed",
        "2026-02-03T15:00:00Z",
        "GB",
    ]
    assert {len(row) for row in rows} == {10}


@pytest.mark.django_db
def test_export_of_replies_holds_what_each_brought(rosa: Client, story: Petition) -> None:
    response: Any = rosa.get(f"/c/{story.campaign.slug}/reports.csv", {"what": "replies"})

    rows = list(csv.reader(response.getvalue().decode().splitlines()))
    assert [(row[6], row[3], row[14:]) for row in rows[1:]] == [
        ("Heba", "480", ["5", "3", "1", "0"]),
        ("Leila", "240", ["10", "7", "2", "1"]),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["table", "hours", "replies", "signatures"])
def test_spreadsheet_holds_the_same_cells_and_no_formula(
    rosa: Client, story: Petition, what: str
) -> None:
    TrackedLink.objects.filter(clip_id=HOME).update(clip_title="=1+1", storyteller="@x")
    query = {"what": what, "by": "clip"}

    as_csv: Any = rosa.get(f"/c/{story.campaign.slug}/reports.csv", query)
    as_xlsx: Any = rosa.get(f"/c/{story.campaign.slug}/reports.xlsx", query)

    lines = list(csv.reader(as_csv.getvalue().decode().removeprefix("\ufeff").splitlines()))
    book = zipfile.ZipFile(io.BytesIO(as_xlsx.getvalue()))
    page = book.read("xl/worksheets/sheet1.xml").decode()
    assert as_xlsx["Content-Disposition"].endswith('-2026-02-03.xlsx"')
    assert page.count("<row ") == len(lines)
    assert "<f>" not in page
    assert as_xlsx["Cache-Control"] == "no-store"
    as_xlsx.close()


@pytest.mark.django_db
def test_spreadsheet_that_would_be_too_long_is_not_begun(
    rosa: Client, story: Petition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheet, "MOST_IN_WORKBOOK", 3)

    answer = rosa.get(f"/c/{story.campaign.slug}/reports.xlsx", {"what": "signatures"})

    assert answer.status_code == 422
    assert f"/c/{story.campaign.slug}/reports.csv?what=signatures" in answer.content.decode()


def test_export_writes_its_head_before_it_asks_for_rows() -> None:
    asked_for: list[int] = []

    def rows() -> Iterator[list[int]]:
        for number in range(3 * spreadsheet.BATCH):
            asked_for.append(number)
            yield [number]

    lines = spreadsheet.lines(["head"], rows())

    assert next(lines) == "\ufeffhead\r\n"
    assert asked_for == []
    next(lines)
    assert len(asked_for) == spreadsheet.BATCH


@pytest.mark.django_db
def test_demo_begins_at_zero_in_four_languages(campaign: Campaign) -> None:
    from petitions import demo  # noqa: PLC0415  only this test needs it

    first = demo.load(campaign)
    assert demo.load(campaign) == first

    assert sorted(first.texts.values_list("language", flat=True)) == ["ar", "en", "fr", "sw"]
    assert not Signature.objects.exists()
    assert Mention.objects.count() == 0


@pytest.mark.django_db
def test_demos_week_has_something_to_decide_and_something_sealed(campaign: Campaign) -> None:
    from petitions import demo, history  # noqa: PLC0415  only this test needs them

    petition = demo.load(campaign)
    history.load(petition, by=factories.UserFactory())

    assert [alert.value for alert in petition.alerts.filter(what="domain")] == [
        "quickinbox.example"
    ]
    assert petition.removals.get().count == 63
    assert petition.hand_overs.get().document["signatures"]["other_platforms"] == 214
    assert set(petition.sources.values_list("kind", flat=True)) == {"osdi", "number", "csv"}
    assert not Signature.objects.filter(mail_due=True).exists()
