"""The crew's briefs on their phone: only their own place's, in their language, step by step."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaign.models import AuditEntry, Campaign, Mention, User
from tests import factories
from videos.actions import briefs
from videos.models import Brief, Place

pytestmark = pytest.mark.django_db

LIST = "/field/briefs/"


@pytest.fixture
def kakuma() -> Place:
    made: Place = factories.PlaceFactory(latitude=3.7, longitude=34.9)
    return made


@pytest.fixture
def grace(kakuma: Place, client: Client) -> User:
    """Crew of Kakuma, signed in."""
    user = factories.crew(kakuma, name="Grace")
    client.force_login(user)
    return user


@pytest.fixture
def brief(kakuma: Place) -> Brief:
    return ask(kakuma)


def ask(place: Place, campaign: Campaign | None = None, **facts: object) -> Brief:
    campaign = campaign or factories.CampaignFactory()
    mention = factories.MentionFactory(
        account__campaign=campaign,
        status=Mention.Status.BRIEFED,
        text="@iwelcome_now Teachers: what do you need most? #IWelcome",
    )
    teller = factories.StorytellerFactory(
        place=place, campaign=campaign, public_name=facts.pop("name", "Oscar")
    )
    made: Brief = factories.BriefFactory(
        campaign=campaign, place=place, mention=mention, storyteller=teller, **facts
    )
    return made


def step(client: Client, brief: Brief, name: str, **said: str) -> int:
    """As the page's script sends it."""
    url = f"/field/briefs/{brief.pk}/{name}/"
    return client.post(url, said, headers={"HX-Request": "true"}).status_code


def test_list_shows_what_to_do(client: Client, grace: User, brief: Brief) -> None:
    page = client.get(LIST).content.decode()
    for words in ("New brief", "Teachers: what do you need most?", "Oscar", "English", "Accept"):
        assert words in page
    assert "@iwelcome_now" not in page
    brief.refresh_from_db()
    assert brief.seen_at is not None


def test_list_reads_the_gist_first(client: Client, grace: User, kakuma: Place) -> None:
    ask(kakuma, words="Thank Nils.", gist="Mshukuru Nils.", gist_language="sw")
    page = client.get(LIST).content.decode()
    assert (
        page.index("Mshukuru Nils.") < page.index("In London’s words") < page.index("Thank Nils.")
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", ["مهمّة جديدة", "أقبل", "الإنجليزية", "باقي", "٤٠"]),
        ("sw", ["Kazi mpya", "Nakubali", "Kiingereza", "zimebaki dakika", "40"]),
        ("fr", ["Nouvelle demande", "J’accepte", "anglais", "reste", "40"]),
    ],
)
def test_list_speaks_the_crews_language(
    client: Client, kakuma: Place, language: str, words: list[str]
) -> None:
    client.force_login(factories.crew(kakuma, language=language))
    ask(kakuma, deadline=timezone.now() + timedelta(minutes=40, seconds=30))
    page = client.get(LIST).content.decode()
    assert [word for word in words if word not in page] == []


def test_steps_are_timed_and_taken_once(client: Client, grace: User, brief: Brief) -> None:
    assert [step(client, brief, "accept"), step(client, brief, "accept")] == [200, 200]
    assert [step(client, brief, "film"), step(client, brief, "film")] == [200, 200]
    assert step(client, brief, "accept") == 200
    brief.refresh_from_db()
    assert (brief.status, brief.accepted_by) == (Brief.Status.FILMING, grace)
    assert brief.accepted_at is not None
    assert brief.filming_at is not None
    assert brief.accepted_at < brief.filming_at
    verbs = AuditEntry.objects.filter(target_type="brief").values_list("verb", flat=True)
    assert sorted(verbs) == ["accepted", "began filming"]
    page = client.get(LIST).content.decode()
    assert f"/field/film/?brief={brief.pk}&amp;storyteller={brief.storyteller_id}" in page


def test_decline_says_why(client: Client, grace: User, brief: Brief) -> None:
    assert step(client, brief, "decline", refusal="light", words=" No power\n today. ") == 200
    brief.refresh_from_db()
    assert (brief.status, brief.refusal, brief.refusal_words) == (
        "declined",
        "light",
        "No power today.",
    )
    assert step(client, brief, "accept") == 409
    assert "No brief now." in client.get(LIST).content.decode()


def test_ask_back_is_one_line_however_often_sent(client: Client, grace: User, brief: Brief) -> None:
    key = str(uuid.uuid4())
    for _ in range(2):
        assert step(client, brief, "write", text="May he stand?", key=key) == 200
    briefs.write(brief, "Yes.", by=factories.editor(brief.campaign))
    page = client.get(LIST).content.decode()
    assert page.count("May he stand?") == 1
    assert page.index("May he stand?") < page.index("Yes.")
    assert step(client, brief, "write", text=" ") == 409


def test_taking_back_reaches_the_phone(client: Client, grace: User, brief: Brief) -> None:
    client.get(LIST)
    london = factories.editor(brief.campaign)
    briefs.cancel(brief, by=london)
    answer = client.post(f"/field/briefs/{brief.pk}/accept/", headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This brief is over." in page
    assert "London took this brief back." in page


def test_giving_it_away_reaches_both_phones(
    client: Client, grace: User, kakuma: Place, brief: Brief
) -> None:
    client.get(LIST)
    london = factories.editor(brief.campaign)
    shatila = factories.PlaceFactory()
    asking = briefs.Asking(
        place=shatila, words="Thank Nils.", language="en", deadline=brief.deadline
    )
    briefs.write(brief, "Only for Kakuma.", by=london)
    briefs.reassign(brief, asking, by=london)
    assert "London asks somebody else now." in client.get(LIST).content.decode()
    client.force_login(factories.crew(shatila))
    theirs = client.get(LIST).content.decode()
    assert "Thank Nils." in theirs
    assert "Only for Kakuma." not in theirs


@pytest.mark.parametrize("name", ["accept", "film", "decline", "write"])
def test_another_crew_has_no_such_brief(client: Client, brief: Brief, name: str) -> None:
    client.force_login(factories.crew(factories.PlaceFactory()))
    assert "Teachers" not in client.get(LIST).content.decode()
    assert step(client, brief, name, text="x", refusal="busy") == 404
    brief.refresh_from_db()
    assert (brief.status, brief.seen_at, brief.messages.count()) == ("sent", None, 0)


@pytest.mark.parametrize("role", ["editor", "manager", "safeguarding", None])
def test_charlie_is_in_no_crew(client: Client, brief: Brief, role: str | None) -> None:
    assert client.get(LIST).status_code == 302
    client.force_login(factories.person(role, brief.campaign))
    answers = [client.get(LIST), client.post("/field/duty/"), client.post("/field/push/")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert step(client, brief, "accept") == 403


def test_list_costs_the_same_however_many(client: Client, grace: User, kakuma: Place) -> None:
    def cost() -> int:
        client.get(LIST)  # seen already
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    briefs.write(ask(kakuma), "One.", by=grace)
    one = cost()
    for number in range(3):
        briefs.write(ask(kakuma, name=f"Oscar {number}"), "Two.", by=grace)
    assert cost() == one


def test_duty_is_theirs_to_say(client: Client, grace: User) -> None:
    client.post("/field/duty/", {"on": "0"})
    grace.crew.refresh_from_db()
    assert grace.crew.on_duty is False
    page = client.post("/field/duty/", {"on": "1"}, headers={"HX-Request": "true"})
    assert 'aria-checked="true"' in page.content.decode()
