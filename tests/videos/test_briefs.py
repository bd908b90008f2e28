"""London's side of briefs: whom to ask, the board, and the form."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.models import Campaign, Mention, User
from responders.actions import ranking
from tests import factories
from videos import board, clocks, daylight, routing
from videos.actions import brief_footage, briefs, crew_steps
from videos.models import Brief, Clip, Place

pytestmark = pytest.mark.django_db

#: A Tuesday at 14:04 in London: 17:04 in Kakuma, 16:04 in Shatila.
NOON = datetime(2026, 2, 3, 14, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def campaign() -> Campaign:
    made: Campaign = factories.CampaignFactory(languages=["en", "fr", "sw"])
    return made


@pytest.fixture
def kakuma(campaign: Campaign) -> Place:
    place: Place = factories.PlaceFactory(slug="kakuma", latitude=3.7, longitude=34.9)
    speaks(place, campaign, "Nyandeng", ["sw", "en"])
    factories.crew(place, name="Grace", language="sw")
    return place


@pytest.fixture
def shatila(campaign: Campaign) -> Place:
    place: Place = factories.PlaceFactory(
        slug="shatila",
        name="Shatila",
        country="LB",
        country_name="Lebanon",
        timezone="Asia/Beirut",
        latitude=33.9,
        longitude=35.5,
    )
    speaks(place, campaign, "Karim", ["fr", "ar"])
    factories.crew(place, name="Rami", language="ar")
    return place


@pytest.fixture
def ana(campaign: Campaign, client: Client) -> User:
    """An editor, signed in."""
    user = factories.editor(campaign, name="Ana")
    client.force_login(user)
    return user


def speaks(place: Place, campaign: Campaign, name: str, languages: list[str]) -> None:
    factories.ConsentFactory(
        storyteller__place=place,
        storyteller__campaign=campaign,
        storyteller__public_name=name,
        storyteller__languages=languages,
    )


def history(campaign: Campaign, place: Place, *, minutes: int, count: int = 1) -> None:
    """Briefs that took so long a step, long enough ago."""
    for _ in range(count):
        sent = timezone.now() - timedelta(days=1)
        brief = factories.BriefFactory(
            campaign=campaign, place=place, sent_at=sent, deadline=sent + 60 * MINUTE
        )
        person = factories.UserFactory()
        steps = ("accepted", "filming", "uploading", "received", "ready")
        times = {f"{name}_at": sent + (n + 1) * minutes * MINUTE for n, name in enumerate(steps)}
        Brief.objects.filter(pk=brief.pk).update(
            **times, accepted_by=person, status=Brief.Status.RECEIVED
        )


def test_daylight_is_that_of_the_place(kakuma: Place) -> None:
    """A little over twelve hours near the equator in February, on Nairobi's clock."""
    day = daylight.on(kakuma, NOON.date())
    assert day is not None
    assert abs(day.rises - datetime(2026, 2, 3, 6, 55, tzinfo=kakuma.tz)) <= 2 * MINUTE
    assert abs(day.sets - datetime(2026, 2, 3, 18, 53, tzinfo=kakuma.tz)) <= 2 * MINUTE


def test_daylight_of_an_evening_waits_for_the_morning(kakuma: Place) -> None:
    evening = daylight.at(kakuma, datetime(2026, 2, 3, 20, 0, tzinfo=kakuma.tz))
    assert evening is not None
    assert (evening.is_light, f"{evening.until:%d %H:%M}") == (False, "04 06:55")
    assert daylight.at(Place(timezone="UTC"), NOON) is None


@pytest.mark.parametrize(
    ("clock", "rings"), [("20:29", "20:29"), ("20:30", "06:30"), ("03:00", "06:30")]
)
def test_phones_ring_only_outside_quiet_hours(kakuma: Place, clock: str, rings: str) -> None:
    at = datetime.combine(NOON.date(), time.fromisoformat(clock), tzinfo=kakuma.tz)
    assert f"{kakuma.rings_at(at=at):%H:%M}" == rings


def test_rank_prefers_who_speaks_the_language_and_says_why(
    campaign: Campaign, kakuma: Place, shatila: Place
) -> None:
    first, second = routing.rank(campaign, language="fr", at=NOON)
    assert [first.place, second.place] == [shatila, kakuma]
    assert [(one.heading, one.words, one.good) for one in first.reasons] == [
        ("Language", "Spoken by Karim", True),
        ("On duty", "Rami", True),
        ("Light", "1 h 06 min, until 17:10 there", True),
        ("Hours", "16:04, phones ring", True),
        ("Load", "Nothing else asked", True),
    ]
    assert second.reasons[0].words == "Nobody on file speaks it"
    assert first.best is not None
    assert first.why(first.best.person)[-1] == ("Karim", "Own language")


def test_rank_turns_with_the_night_and_the_load(campaign: Campaign, kakuma: Place) -> None:
    other = factories.PlaceFactory(timezone="UTC", latitude=3.7, longitude=-10.0)
    speaks(other, campaign, "Aya", ["en"])
    factories.crew(other)
    evening = NOON + timedelta(hours=4)  # 21:04 in Kakuma, 18:04 and light in the other place
    assert routing.rank(campaign, language="en", at=evening)[0].place == other
    assert routing.rank(campaign, language="en", at=NOON)[0].place == kakuma
    factories.BriefFactory(campaign=campaign, place=kakuma)
    assert routing.rank(campaign, language="en", at=NOON)[0].place == other


def test_rank_asks_nobody_without_consent(campaign: Campaign, kakuma: Place) -> None:
    factories.StorytellerFactory(campaign=campaign, place=kakuma, languages=["fr"])
    (placing,) = routing.rank(campaign, language="fr", at=NOON)
    assert [one.person.public_name for one in placing.tellers] == ["Nyandeng"]


def test_rank_says_what_they_spoke_of(campaign: Campaign, kakuma: Place) -> None:
    teller = kakuma.storytellers.get()
    factories.ClipFactory(storyteller=teller, consent=False, themes=["school", "home"])
    factories.BriefFactory(campaign=campaign, place=kakuma, storyteller=teller)
    (placing,) = routing.rank(campaign, language="en", themes=["school"], at=NOON)
    assert placing.tellers[0].words == "speaks it, spoke of school before, asked already"
    assert placing.best is None


def test_usual_needs_some_history(campaign: Campaign, kakuma: Place) -> None:
    history(campaign, kakuma, minutes=2, count=2)
    assert clocks.usual(campaign).half["sent"] is None
    cache.clear()
    history(campaign, kakuma, minutes=10)
    found = clocks.usual(campaign)
    assert found.half["sent"] == 2 * MINUTE
    assert found.nine["filming"] == timedelta(minutes=8, seconds=24)
    assert (found.whole, found.whole_nine) == (10 * MINUTE, 42 * MINUTE)


def test_row_is_a_clock(campaign: Campaign, kakuma: Place) -> None:
    history(campaign, kakuma, minutes=4, count=3)
    mention = factories.MentionFactory(account__campaign=campaign, status=Mention.Status.BRIEFED)
    sent = timezone.now()
    with time_machine.travel(sent + 12 * MINUTE, tick=False):
        brief = factories.BriefFactory(
            campaign=campaign,
            place=kakuma,
            storyteller=kakuma.storytellers.get(),
            mention=mention,
            status=Brief.Status.ACCEPTED,
            sent_at=sent,
            accepted_at=sent + 3 * MINUTE,
            accepted_by=factories.UserFactory(),
            deadline=sent + 60 * MINUTE,
        )
        row = clocks.lines([mention], campaign=campaign)[mention.pk]
    assert row.brief == brief
    assert [(one.name, one.took) for one in row.steps if one.at] == [
        ("sent", 3 * MINUTE),
        ("accepted", None),
    ]
    assert row.running is not None
    assert (row.running.name, row.elapsed, row.full, row.tone) == ("accepted", 540, 240, "warn")
    assert row.line == "Nyandeng in Kakuma: accepted 9 min"
    with time_machine.travel(sent + 74 * MINUTE, tick=False):
        late = clocks.lines([mention], campaign=campaign)[mention.pk]
    assert (late.tone, late.line) == ("bad", "Nyandeng in Kakuma: accepted 1 h 11, 14 min late")


@pytest.mark.usefixtures("ana")
def test_board_groups_by_place_and_counts(
    client: Client, campaign: Campaign, kakuma: Place, shatila: Place
) -> None:
    late = factories.BriefFactory(campaign=campaign, place=kakuma, words="A late one.")
    Brief.objects.filter(pk=late.pk).update(
        sent_at=timezone.now() - 90 * MINUTE, deadline=timezone.now() - 14 * MINUTE
    )
    factories.BriefFactory(campaign=campaign, place=shatila, words="One in time.")
    factories.BriefFactory(words="Another campaign's.")
    figures = board.figures(campaign)
    assert (figures.open, figures.late, figures.done) == (2, 1, 0)
    page = client.get(f"/c/{campaign.slug}/briefs/").content.decode()
    assert "Kakuma, Kenya" in page
    assert "14 min late" in page
    assert "One in time." in page
    assert "Another campaign" not in page
    rows = client.get(f"/c/{campaign.slug}/briefs/?show=late", headers={"HX-Target": "board"})
    assert rows.content.decode().count("data-brief=") == 1


@pytest.mark.usefixtures("ana")
def test_board_costs_the_same_however_many_briefs(
    client: Client, campaign: Campaign, kakuma: Place, shatila: Place
) -> None:
    def cost() -> int:
        client.get(f"/c/{campaign.slug}/briefs/")  # what is kept a minute is kept
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/c/{campaign.slug}/briefs/").status_code == 200
        return len(queries)

    fill(campaign, kakuma)
    one = cost()
    for _ in range(3):
        fill(campaign, kakuma)
        fill(campaign, shatila)
    assert cost() == one <= 14


def fill(campaign: Campaign, place: Place) -> Brief:
    mention = factories.MentionFactory(account__campaign=campaign, status=Mention.Status.BRIEFED)
    person = place.storytellers.filter(campaign=campaign).first()
    brief: Brief = factories.BriefFactory(
        campaign=campaign, place=place, mention=mention, storyteller=person
    )
    factories.ClipFactory(
        storyteller=person, consent=False, brief=brief, status=Clip.Status.RECEIVED, ready_at=None
    )
    return brief


def test_ask_costs_the_same_however_many_storytellers(
    client: Client, ana: User, campaign: Campaign, kakuma: Place
) -> None:
    def cost() -> int:
        client.get(f"/c/{campaign.slug}/briefs/ask")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/c/{campaign.slug}/briefs/ask").status_code == 200
        return len(queries)

    one = cost()
    for number in range(4):
        speaks(kakuma, campaign, f"More {number}", ["en"])
    assert cost() == one


def asked(mention: Mention | None, place: Place, **changes: Any) -> dict[str, Any]:
    form = {
        "mention": mention.pk if mention else "",
        "words": "Thank her. Then: please sign.",
        "whom": f"{place.pk}-{place.storytellers.get().pk}",
        "language": "sw",
        "within": "60",
        "gist": "",
    }
    return form | changes


def test_ask_sends_a_brief_and_the_mention_waits(
    client: Client, ana: User, campaign: Campaign, kakuma: Place
) -> None:
    mention = factories.MentionFactory(account__campaign=campaign, lang="sw")
    form = client.get(f"/c/{campaign.slug}/briefs/ask?mention={mention.pk}").content.decode()
    assert "Best placed" in form
    assert "Spoken by Nyandeng" in form
    answer = client.post(f"/c/{campaign.slug}/briefs/ask", asked(mention, kakuma, gist="Asante."))
    brief = Brief.objects.get()
    assert answer.headers["Location"] == f"/c/{campaign.slug}/briefs/{brief.pk}/"
    assert (brief.status, brief.sent_by, brief.mention) == ("sent", ana, mention)
    assert (brief.gist, brief.gist_language) == ("Asante.", "sw")
    assert ["Language", "Spoken by Nyandeng"] in brief.reasons
    mention.refresh_from_db()
    assert mention.status == Mention.Status.BRIEFED
    again = client.post(f"/c/{campaign.slug}/briefs/ask", asked(mention, kakuma))
    assert again.status_code == 409
    assert "has been asked for this one already" in again.content.decode()


def test_ask_for_a_colleagues_tweet_is_refused(
    client: Client, ana: User, campaign: Campaign, kakuma: Place
) -> None:
    now = timezone.now()
    mention = factories.MentionFactory(
        account__campaign=campaign,
        status=Mention.Status.CLAIMED,
        claimed_by=factories.editor(campaign, name="Joe"),
        claimed_at=now,
        claimed_until=now + 5 * MINUTE,
    )
    answer = client.post(f"/c/{campaign.slug}/briefs/ask", asked(mention, kakuma))
    assert answer.status_code == 409
    assert "Joe is on this one." in answer.content.decode()
    assert not Brief.objects.exists()


def test_ask_says_what_is_wrong_beside_it(
    client: Client, ana: User, campaign: Campaign, kakuma: Place
) -> None:
    wrong = asked(None, kakuma, words=" ", whom="99999", within="1", language="xx")
    answer = client.post(f"/c/{campaign.slug}/briefs/ask", wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    for words in (
        "Write what to say",
        "Choose somebody from this list.",
        "Choose one of these languages.",
        "Choose one of these.",
    ):
        assert words in page


def test_reassign_replaces_and_hides_what_was_written(
    client: Client, ana: User, kakuma: Place, shatila: Place
) -> None:
    campaign = ana.campaigns.get()
    brief = fill(campaign, kakuma)
    briefs.write(brief, "Between Kakuma and London.", by=ana)
    form = asked(None, shatila, replaces=brief.pk, language="fr")
    assert client.post(f"/c/{campaign.slug}/briefs/ask", form).status_code == 302
    brief.refresh_from_db()
    new = brief.replacement
    assert (brief.status, brief.cancelled_by) == ("cancelled", ana)
    assert (new.place, new.mention, new.messages.count()) == (shatila, brief.mention, 0)
    assert client.post(f"/c/{campaign.slug}/briefs/ask", form).status_code == 409


def test_cancel_puts_the_tweet_back(
    client: Client, ana: User, campaign: Campaign, kakuma: Place
) -> None:
    brief = fill(campaign, kakuma)
    assert brief.mention is not None
    client.post(f"/c/{campaign.slug}/briefs/{brief.pk}/cancel")
    brief.mention.refresh_from_db()
    assert brief.mention.status == Mention.Status.WAITING
    again = client.post(
        f"/c/{campaign.slug}/briefs/{brief.pk}/cancel", headers={"HX-Request": "true"}
    )
    assert again.status_code == 409
    assert "Too late to take it back: cancelled." in again.content.decode()


def test_footage_puts_the_tweet_first(campaign: Campaign, kakuma: Place) -> None:
    brief = fill(campaign, kakuma)
    Mention.objects.update(priority_parts={"clip": 25}, priority=25)
    crew = kakuma.crew.get().user
    crew_steps.start_filming(brief, by=crew)
    brief_footage.received(brief, by=crew)
    clip = brief.clips.get()
    Clip.objects.filter(pk=clip.pk).update(status=Clip.Status.READY, ready_at=timezone.now())
    # Its news was lost: the sweep finds it, and news that comes late changes nothing.
    assert (brief_footage.sweep(), brief_footage.sweep()) == (1, 0)
    brief_footage.ready(clip.pk)
    assert brief.mention is not None
    mention = brief.mention
    mention.refresh_from_db()
    assert mention.status == Mention.Status.WAITING
    assert mention.priority_parts == {"footage": 500, "clip": 25}
    assert mention.queue_at == mention.received_at - 525 * timedelta(minutes=15)
    Mention.objects.filter(pk=mention.pk).update(priority_parts={"footage": 500}, text="Changed.")
    ranking.keep_ranked()
    mention.refresh_from_db()
    assert (mention.priority_parts["footage"], mention.priority > 500) == (500, True)
    row = clocks.lines([mention], campaign=campaign)[mention.pk]
    assert (row.line, row.pairs) == ("Footage from Nyandeng in Kakuma is ready", True)


def test_translate_without_a_translator_says_so(
    client: Client, ana: User, campaign: Campaign, settings: Any
) -> None:
    form = {"words": "Thank her.", "language": "en", "target": "sw"}
    answer = client.post(f"/c/{campaign.slug}/briefs/translate", form)
    assert answer.json() == {"failure": "No translator is set up. Write it yourself."}
    settings.TRANSLATOR = "tests.videos.test_briefs.shout"
    answer = client.post(f"/c/{campaign.slug}/briefs/translate", form)
    assert answer.json() == {"text": "EN>SW: THANK HER."}
    settings.TRANSLATOR = "tests.videos.test_briefs.no_such_thing"
    answer = client.post(f"/c/{campaign.slug}/briefs/translate", form)
    assert answer.status_code == 409


def shout(text: str, *, source: str, target: str) -> str:
    return f"{source}>{target}: {text}".upper()


PAGES = ("", "ask", "{pk}/")
POSTS = ("ask", "translate", "{pk}/cancel", "{pk}/time", "{pk}/write")


@pytest.mark.parametrize("who", ["crew", "manager", "safeguarding", "other editor", "nobody"])
def test_charlie_sees_no_brief_of_london(
    client: Client, campaign: Campaign, kakuma: Place, who: str
) -> None:
    brief = fill(campaign, kakuma)
    people = {
        "crew": lambda: kakuma.crew.get().user,
        "manager": lambda: factories.manager(campaign),
        "safeguarding": lambda: factories.person("safeguarding", campaign),
        "other editor": lambda: factories.editor(factories.CampaignFactory()),
    }
    if who in people:
        client.force_login(people[who]())
    base = f"/c/{campaign.slug}/briefs/"
    answers = [client.get(base + page.format(pk=brief.pk)) for page in PAGES]
    answers += [client.post(base + page.format(pk=brief.pk), {"text": "x"}) for page in POSTS]
    expected = {"nobody": 302, "crew": 404, "other editor": 404}.get(who, 403)
    assert {answer.status_code for answer in answers} == {expected}
    brief.refresh_from_db()
    assert (brief.status, brief.messages.count()) == ("sent", 0)


def test_editors_other_campaign_has_no_such_brief(
    client: Client, ana: User, campaign: Campaign, kakuma: Place
) -> None:
    theirs = factories.BriefFactory()
    for page in ("{pk}/", "ask?replaces={pk}"):
        assert (
            client.get(f"/c/{campaign.slug}/briefs/" + page.format(pk=theirs.pk)).status_code == 404
        )
