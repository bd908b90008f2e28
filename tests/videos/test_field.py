from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign.models import User
from tests import factories
from videos.models import Clip, Consent, Storyteller
from videos.views import field as field_views

pytestmark = pytest.mark.django_db

FIELD = "/field/"
FILM = "/field/film/"
DATA = b"what a phone sent"


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


def film(name: str = "clip.mp4", data: bytes = DATA) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="video/mp4")


def filled(speaker: Storyteller, **changes: Any) -> dict[str, Any]:
    form = {
        "storyteller": speaker.pk,
        "film": film(),
        "title": "A roof",
        "quote": "It holds.",
        "language": "en",
        "themes": ["home", "family"],
        "consent": "on",
    } | changes
    return {name: value for name, value in form.items() if value is not None}


def test_field_shows_how_each_clip_is_doing(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    facts = {"storyteller": storyteller, "consent": False}
    factories.ClipFactory(**facts, title="One", status=Clip.Status.RECEIVED)
    factories.ClipFactory(**facts, title="Two", status=Clip.Status.PROCESSING, progress=37)
    factories.ClipFactory(**facts, title="Three")
    factories.ClipFactory(**facts, title="Four", status=Clip.Status.FAILED, failure="cut_off")

    page = client.get(FIELD).content.decode()

    assert "Waits its turn" in page
    assert "<span data-percent>37</span> %" in page
    assert "Ready for the editors" in page
    assert "The end of this film is missing. Send it again." in page


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

    assert "Nothing on its way." in client.get(FIELD).content.decode()


def test_field_answers_with_the_list_alone(client: Client, grace: User) -> None:
    page = client.get(FIELD, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in page
    assert "Clips on their way" in page


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

    assert questions(client, FIELD) == with_one <= 6


@pytest.mark.parametrize("url", [FIELD, FILM])
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


@pytest.mark.parametrize("url", [FIELD, FILM])
def test_field_asks_a_stranger_to_sign_in(client: Client, url: str) -> None:
    assert client.get(url)["Location"] == f"/sign-in/?next={url}"


def test_film_sends_a_film(
    client: Client,
    grace: User,
    storyteller: Storyteller,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(FILM, filled(storyteller))

    assert (response.status_code, response["Location"]) == (302, FIELD)
    clip = Clip.objects.get()
    assert (clip.storyteller, clip.uploaded_by, clip.title, clip.themes, clip.status) == (
        storyteller,
        grace,
        "A roof",
        ["home", "family"],
        "received",
    )


def test_film_takes_a_film_from_the_phones_memory(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    response = client.post(FILM, filled(storyteller, film=None, chosen=film()))

    assert response.status_code == 302


def test_film_answers_the_pages_script_with_json(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    response = client.post(FILM, filled(storyteller), headers={"Accept": "application/json"})

    assert (response.status_code, response.json()) == (
        201,
        {"id": str(Clip.objects.get().pk), "location": FIELD},
    )


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"film": None}, "film", "Film now, or choose a film on this phone."),
    ({"chosen": film()}, "film", "Send one film at a time."),
    ({"film": film(data=b"")}, "film", "The file is empty. Send it again."),
    ({"storyteller": None}, "storyteller", "Choose who speaks."),
    ({"storyteller": "1; DROP TABLE"}, "storyteller", "Choose somebody from this list."),
    ({"storyteller": 10**30}, "storyteller", "Choose somebody from this list."),
    ({"title": None}, "title", "Write in a few words what it is about."),
    ({"title": "x" * 121}, "title", "Keep it to 120 letters."),
    ({"title": "a\x00b"}, "title", "Null characters are not allowed."),
    ({"quote": "x" * 1001}, "quote", "Keep it to 1,000 letters."),
    ({"language": None}, "language", "Choose the language that is spoken."),
    ({"language": "xx"}, "language", "Choose one of these languages."),
    (
        {"themes": ["home", "<b>"]},
        "themes",
        "Select a valid choice. &lt;b&gt; is not one of the available choices.",
    ),
    ({"consent": None}, "consent", "Ask first. Without a yes for this film we cannot take it."),
]


@pytest.mark.parametrize(("changes", "name", "words"), MISTAKES)
def test_film_says_what_is_wrong_beside_it(
    *,
    client: Client,
    grace: User,
    storyteller: Storyteller,
    changes: dict[str, Any],
    name: str,
    words: str,
) -> None:
    response = client.post(FILM, filled(storyteller, **changes))

    assert response.status_code == 422
    assert f'<p class="field-error">{words}</p>' in response.content.decode()
    assert list(response.context["form"].errors) == [name]
    assert Clip.objects.count() == 0


def test_film_tells_the_pages_script_what_is_wrong(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    response = client.post(
        FILM, filled(storyteller, title=""), headers={"Accept": "application/json"}
    )

    assert (response.status_code, response.json()) == (
        422,
        {"errors": {"title": ["Write in a few words what it is about."]}},
    )


def test_film_refuses_another_places_storyteller(client: Client, grace: User) -> None:
    other = factories.ConsentFactory().storyteller

    response = client.post(FILM, filled(other))

    assert response.context["form"].errors == {"storyteller": ["Choose somebody from this list."]}


def test_film_refuses_a_storyteller_whose_consent_ended(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    storyteller.consents.update(withdrawn_at=timezone.now())

    response = client.post(FILM, filled(storyteller))

    assert response.status_code == 422
    assert "Nyandeng has no consent on file" in response.content.decode()
    assert Clip.objects.count() == 0


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

    assert questions(client, FILM) == with_one <= 6


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_film_refuses_a_body_that_is_too_large_before_reading_it(
    client: Client, grace: User, accept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field_views, "MAX_BYTES", 10)
    monkeypatch.setattr(field_views, "FORM_BYTES", 10)

    response = client.post(
        FILM,
        b"x" * 100,
        content_type="multipart/form-data; boundary=x",
        headers={"Accept": accept},
    )

    assert response.status_code == 413
    assert "larger than 512 MB" in response.content.decode()


def test_film_needs_the_forms_token(grace: User, storyteller: Storyteller) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(grace)

    assert client.post(FILM, filled(storyteller)).status_code == 403
    assert Clip.objects.count() == 0


def test_film_escapes_what_people_write(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    client.post(FILM, filled(storyteller, title="<script>alert(1)</script>"))

    page = client.get(FIELD).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_addresses_are_those_of_the_navigation() -> None:
    assert (reverse("field"), reverse("field-film")) == (FIELD, FILM)
