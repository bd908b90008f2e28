import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from campaign.actions import devices as phones
from campaign.models import Device, User
from tests import factories
from videos import wording
from videos.models import Clip, Consent, Storyteller, Upload
from videos.templatetags import fill

pytestmark = pytest.mark.django_db

FIELD = "/field/"
FILM = "/field/film/"
FILMS = "/field/films/"


@pytest.fixture
def storyteller() -> Storyteller:
    consent: Consent = factories.ConsentFactory(storyteller__public_name="Nyandeng")
    return consent.storyteller


@pytest.fixture
def grace(storyteller: Storyteller, client: Client) -> User:
    """Crew of the storyteller's place, signed in."""
    user = factories.crew(storyteller.place, name="Grace")
    client.force_login(user)
    return user


def told(speaker: Storyteller, **changes: Any) -> dict[str, Any]:
    """What a phone tells of a film."""
    facts = {
        "id": str(uuid.uuid4()),
        "name": "IMG_0001.MOV",
        "length": 17,
        "sha256": "a" * 64,
        "storyteller": speaker.pk,
        "title": "A roof",
        "quote": "It holds.",
        "language": "en",
        "themes": ["home", "family"],
        "consent": True,
    } | changes
    return {name: value for name, value in facts.items() if value is not None}


def tell(client: Client, speaker: Storyteller, **changes: Any) -> Any:
    return client.post(FILMS, told(speaker, **changes), content_type="application/json")


def test_field_shows_how_each_clip_is_doing(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    facts = {"storyteller": storyteller, "consent": False}
    factories.ClipFactory(**facts, title="One", status=Clip.Status.RECEIVED)
    factories.ClipFactory(**facts, title="Two", status=Clip.Status.PROCESSING, progress=37)
    factories.ClipFactory(**facts, title="Three")
    factories.ClipFactory(**facts, title="Four", status=Clip.Status.FAILED, failure="cut_off")

    page = client.get(FIELD).content.decode()

    assert "Safely in London" in page
    assert 'value="37"' in page
    assert "Ready for the editors" in page
    assert "The end of this film is missing. Send it again." in page


def test_crew_has_a_failed_film_prepared_once_more(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    facts = {"storyteller": storyteller, "consent": False, "status": Clip.Status.FAILED}
    stuck = factories.ClipFactory(**facts, title="Stuck", failure="broken")
    hopeless = factories.ClipFactory(**facts, title="A letter", failure="not_a_video")
    elsewhere = factories.ClipFactory(status=Clip.Status.FAILED, failure="broken")
    User.objects.filter(pk=grace.pk).update(language="sw")

    page = client.get(FIELD).content.decode()
    assert page.count("data-prepare-again") == 1
    assert wording.speak("sw").try_again in page
    assert f"storyteller={storyteller.pk}&amp;language=" in page
    assert client.post(f"{FILMS}{stuck.pk}/again/").json() == {"status": "received"}
    statuses = [client.post(f"{FILMS}{pk}/again/").status_code for pk in (stuck.pk, elsewhere.pk)]
    assert statuses == [409, 404]
    stuck.refresh_from_db()
    hopeless.refresh_from_db()
    assert (stuck.status, stuck.failure, hopeless.status) == ("received", "", "failed")


def test_field_shows_the_own_place_alone(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    own = factories.ClipFactory(storyteller=storyteller, consent=False)
    other = factories.ClipFactory()

    page = client.get(FIELD).content.decode()

    assert str(own.pk) in page
    assert str(other.pk) not in page


def test_field_forgets_what_is_old_retired_or_withdrawn(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    long_ago = timezone.now() - timedelta(days=4)
    facts = {"storyteller": storyteller, "consent": False}
    factories.ClipFactory(**facts, received_at=long_ago)
    factories.ClipFactory(**facts, status=Clip.Status.RETIRED)
    factories.ClipFactory(**facts, status=Clip.Status.WITHDRAWN)

    assert "data-status" not in client.get(FIELD).content.decode()


def test_field_answers_with_the_list_alone(client: Client, grace: User) -> None:
    page = client.get(FIELD, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in page
    assert "crew-clips" in page


def questions(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_field_asks_the_same_number_of_questions(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    factories.ClipFactory(storyteller=storyteller, consent=False)
    questions(client, FIELD)
    with_one = questions(client, FIELD)
    factories.ClipFactory.create_batch(2, storyteller=storyteller, consent=False)

    assert questions(client, FIELD) == with_one <= 9


@pytest.mark.parametrize("url", [FIELD, FILM, FILMS])
@pytest.mark.parametrize("who", ["editor", "manager", "crew without a place", "nobody"])
def test_field_is_for_crews_alone(client: Client, url: str, who: str) -> None:
    campaign = factories.CampaignFactory()
    people = {
        "editor": lambda: factories.editor(campaign),
        "manager": lambda: factories.manager(campaign),
        "crew without a place": lambda: factories.person("crew", campaign),
        "nobody": lambda: factories.person(None, campaign),
    }
    client.force_login(people[who]())

    assert client.get(url).status_code == 403
    assert client.post(url, {}).status_code in {403, 405}


@pytest.mark.parametrize("url", [FIELD, FILM, FILMS])
def test_field_asks_a_stranger_for_the_code(client: Client, url: str) -> None:
    assert client.get(url)["Location"] == "/field/join/"


def test_whoever_is_in_needs_no_code(client: Client, grace: User) -> None:
    phone = Client()
    phone.post("/field/join/", {"code": phones.invite(grace, name="Red", by=grace).code})
    client.force_login(grace)

    for them in (phone, client):
        assert them.get("/field/join/")["Location"] == FIELD
    assert client.get("/field/join/abcde12345/").status_code == 200


def test_editor_is_asked_for_the_code_like_a_stranger(client: Client) -> None:
    client.force_login(factories.editor(factories.CampaignFactory()))

    assert client.get("/field/join/").status_code == 200


def test_films_notes_what_the_phone_tells(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    response = tell(client, storyteller)

    upload = Upload.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {"id": str(upload.pk), "status": "announced", "time": "", "words": ""},
    )
    assert (upload.place, upload.user, upload.length) == (storyteller.place, grace, 17)
    assert upload.telling == {
        "title": "A roof",
        "language": "en",
        "quote": "It holds.",
        "themes": ["home", "family"],
        "voice_only": False,
    }


def test_films_told_again_is_the_same(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    facts = told(storyteller)

    answers = [client.post(FILMS, facts, content_type="application/json") for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert Upload.objects.count() == 1


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"id": "not one"}, "id", "The film could not be read. Choose it again."),
    ({"length": 0}, "length", "This file is empty. Choose another one."),
    ({"length": 2**40}, "length", "The film is larger than 512 MB. Film it again, shorter."),
    ({"sha256": "zz"}, "sha256", "The film could not be read. Choose it again."),
    ({"storyteller": None}, "storyteller", "Choose who speaks."),
    ({"storyteller": "1; DROP TABLE"}, "storyteller", "Choose who speaks."),
    ({"storyteller": 10**30}, "storyteller", "Choose who speaks."),
    ({"title": None}, "title", "Write in a few words what it is about."),
    ({"title": "x" * 121}, "title", "This is too long. Shorten it."),
    ({"title": "a\x00b"}, "title", "Null characters are not allowed."),
    ({"quote": "x" * 1001}, "quote", "This is too long. Shorten it."),
    ({"language": None}, "language", "Choose the language that is spoken."),
    ({"language": "xx"}, "language", "Choose the language that is spoken."),
    ({"themes": ["home", "<b>"]}, "themes", "The film could not be read. Choose it again."),
    ({"consent": False}, "consent", "Ask first. Without a yes for this film we cannot take it."),
]


@pytest.mark.parametrize(("changes", "name", "words"), MISTAKES)
def test_films_says_what_is_wrong(
    *,
    client: Client,
    grace: User,
    storyteller: Storyteller,
    changes: dict[str, Any],
    name: str,
    words: str,
) -> None:
    response = tell(client, storyteller, **changes)

    assert (response.status_code, response.json()) == (422, {"errors": {name: [words]}})
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("body", ["", "[]", "nonsense", '"text"'])
def test_films_survives_what_is_no_telling(client: Client, grace: User, body: str) -> None:
    assert client.post(FILMS, body, content_type="application/json").status_code == 422


def test_films_speaks_the_crews_language(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    User.objects.filter(pk=grace.pk).update(language="ar")

    errors = tell(client, storyteller, consent=None).json()["errors"]

    assert errors["consent"] == ["اسأل أولًا. من دون موافقة على هذا المقطع لا يمكننا أخذه."]


def test_films_refuses_another_places_storyteller(client: Client, grace: User) -> None:
    other = factories.ConsentFactory().storyteller

    response = tell(client, other)

    assert response.json() == {"errors": {"storyteller": ["Choose who speaks."]}}


def test_films_refuses_a_storyteller_whose_consent_ended(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    storyteller.consents.update(withdrawn_at=timezone.now())

    response = tell(client, storyteller)

    assert response.json()["errors"] == {
        "film": ["There is no consent that is valid today. Ask London; keep the film."]
    }


def test_films_needs_the_pages_token(grace: User, storyteller: Storyteller) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(grace)

    assert tell(client, storyteller).status_code == 403
    assert Upload.objects.count() == 0


def test_film_lists_the_places_storytellers_with_their_consent(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    factories.StorytellerFactory(place=storyteller.place, public_name="Deng")
    factories.StorytellerFactory(public_name="Rasha")
    factories.StorytellerFactory(place=storyteller.place, public_name="Gone", active=False)

    shown = client.get(FILM).context["storytellers"]

    assert [(one.public_name, one.has_consent) for one in shown] == [
        ("Deng", False),
        ("Nyandeng", True),
    ]


def test_film_asks_the_same_number_of_questions(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    questions(client, FIELD)
    with_one = questions(client, FILM)
    factories.StorytellerFactory.create_batch(2, place=storyteller.place)

    assert questions(client, FILM) == with_one <= 7


@pytest.mark.parametrize("language", ["en", "ar", "sw", "fr"])
def test_pages_speak_the_crews_language(
    client: Client, grace: User, storyteller: Storyteller, language: str
) -> None:
    User.objects.filter(pk=grace.pk).update(language=language)
    factories.ClipFactory(storyteller=storyteller, consent=False)
    words = wording.speak(language)

    page = client.get(FIELD).content.decode()

    direction = "rtl" if language == "ar" else "ltr"
    assert re.search(rf'lang="{language}"\s+dir="{direction}"', page)
    assert words.clips_on_their_way in page
    assert escape(words.send_to_london) in client.get(FILM).content.decode()


def test_clock_has_the_digits_of_the_language() -> None:
    moment = datetime(2026, 11, 26, 14, 5, tzinfo=UTC)
    with timezone.override("Asia/Beirut"):
        assert (fill.clock(moment, "ar"), fill.clock(moment, "sw")) == ("١٦:٠٥", "16:05")


def test_names_do_not_turn_an_arabic_sentence_around() -> None:
    assert fill.fill("مرحبًا {name}.", name="<Grace>") == "مرحبًا <bdi>&lt;Grace&gt;</bdi>."


@pytest.mark.parametrize("name", ["sw", "copy"])
def test_workers_lie_under_the_field_and_are_never_old(client: Client, name: str) -> None:
    response = client.get(f"/field/{name}.js")

    assert response["Content-Type"] == "text/javascript; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"


def test_manifest_makes_the_page_installable(client: Client) -> None:
    manifest = client.get("/field/manifest.webmanifest?lang=ar").json()

    assert (manifest["display"], manifest["start_url"], manifest["scope"]) == (
        "standalone",
        FIELD,
        FIELD,
    )
    assert (manifest["dir"], [icon["sizes"] for icon in manifest["icons"]]) == (
        "rtl",
        ["192x192", "512x512"],
    )


def test_leave_signs_the_phone_out_for_good(client: Client, storyteller: Storyteller) -> None:
    grace = factories.crew(storyteller.place, name="Grace")
    code = phones.invite(grace, name="Grace’s", by=factories.senior()).code
    client.post("/field/join/", {"code": code})

    response = client.post("/field/leave/")

    assert response["Location"] == "/field/join/"
    assert client.get(FIELD)["Location"] == "/field/join/"
    assert Device.objects.get().revoked_by == grace


def test_addresses_are_those_of_the_scripts() -> None:
    names = ("field", "field-film", "field-films", "field-worker")
    assert [reverse(name) for name in names] == [FIELD, FILM, FILMS, "/field/sw.js"]
