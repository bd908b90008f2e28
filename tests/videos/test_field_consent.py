"""Consent given in the field: whole or not at all, once however often sent, of the own place."""

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaign.models import User
from tests import factories
from videos import withdrawal_codes
from videos.models import Consent, Storyteller

pytestmark = pytest.mark.django_db

PAGE = "/field/consent/"
CONSENTS = "/field/consents/"
CODE = "ABCDE-23456"
VOICE = b"I agree, and I know how to change my mind."


@pytest.fixture
def storyteller() -> Storyteller:
    made: Storyteller = factories.StorytellerFactory(public_name="Nyandeng")
    return made


@pytest.fixture
def grace(storyteller: Storyteller, client: Client) -> User:
    user = factories.crew(storyteller.place, name="Grace")
    client.force_login(user)
    return user


def agreed(person: Storyteller, **changes: Any) -> dict[str, Any]:
    """What a phone sends."""
    facts = {
        "storyteller": person.pk,
        "networks": "x",
        "language": "sw",
        "told": list(Consent.Told.values),
        "show_voice": "on",
        "show_place": "country",
        "method": "spoken",
        "given_on": "2026-11-20",
        "code": CODE,
        "evidence": SimpleUploadedFile("voice.m4a", VOICE, content_type="audio/mp4"),
    } | changes
    return {name: value for name, value in facts.items() if value is not None}


def test_consent_comes_with_its_evidence(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    response = client.post(CONSENTS, agreed(storyteller))

    consent = Consent.objects.get()
    assert (response.status_code, response.json()) == (201, {"version": 1})
    assert (consent.storyteller, consent.collected_by, consent.language) == (
        storyteller,
        grace,
        "sw",
    )
    assert (consent.show_face, consent.show_voice, consent.show_place) == (False, True, "country")
    assert consent.evidence_sha256 == hashlib.sha256(VOICE).hexdigest()
    assert consent.code_hash == withdrawal_codes.digest(CODE)


def test_consent_sent_twice_is_one(client: Client, grace: User, storyteller: Storyteller) -> None:
    statuses = [client.post(CONSENTS, agreed(storyteller)).status_code for _ in range(2)]

    assert (statuses, Consent.objects.count()) == ([201, 201], 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"told": ["purpose"]},
        {"method": None},
        {"method": "mark"},
        {"evidence": None},
        {"code": "short"},
        {"storyteller": "nobody"},
        {"networks": None},
    ],
)
def test_consent_that_lacks_something_is_none(
    client: Client, grace: User, storyteller: Storyteller, changes: dict[str, Any]
) -> None:
    response = client.post(CONSENTS, agreed(storyteller, **changes))

    assert (response.status_code, Consent.objects.count()) == (422, 0)
    assert response.json()["errors"]["form"] == [
        "London cannot rely on this consent. Give it anew."
    ]


def test_minor_needs_guardian_and_own_yes(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    Storyteller.objects.update(is_minor=True)
    guardian = {"guardian": "Her aunt", "guardian_agreed": "on"}

    assert client.post(CONSENTS, agreed(storyteller)).status_code == 422
    assert client.post(CONSENTS, agreed(storyteller, **guardian)).status_code == 422
    both = agreed(storyteller, **guardian, child_assented="on")
    assert client.post(CONSENTS, both).status_code == 201


def test_consent_of_another_place_is_refused(client: Client, grace: User) -> None:
    other = factories.StorytellerFactory(public_name="Rasha")

    assert client.post(CONSENTS, agreed(other)).status_code == 422
    assert "Rasha" not in client.get(PAGE).content.decode()
    assert Consent.objects.count() == 0


def test_page_says_all_that_must_be_told(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    page = client.get(PAGE).content.decode()

    assert [f'value="{told}"' in page for told in Consent.Told.values] == [True] * 5


@pytest.mark.parametrize("role", ["editor", "manager", "crew", None])
def test_consent_is_taken_by_crews_alone(client: Client, role: str | None) -> None:
    client.force_login(factories.person(role))

    assert client.get(PAGE).status_code == 403
    assert client.post(CONSENTS).status_code == 403
