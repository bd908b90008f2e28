"""Consent given in the field: whole or not at all, once however often sent, of the own place.

What shows it comes after it, in pieces; until then it allows to film and nothing else.
"""

import hashlib
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from campaign.models import User
from tests import factories
from tests.videos.films import stored
from tests.videos.phone import Phone
from videos import withdrawal_codes
from videos.actions import consent_forms, uploads
from videos.models import Consent, Storyteller, Upload

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/field/consent/"
CONSENTS = "/field/consents/"
CODE = "ABCDE-23456"
VOICE = b"I agree, and I know how to change my mind."
EVIDENCE = uuid.UUID("6f9b8a3e-0d52-4b43-9c39-0f6f6d9a7a11")


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
        "evidence_id": str(EVIDENCE),
        "evidence_name": "voice.m4a",
        "evidence_type": "audio/mp4",
        "evidence_length": len(VOICE),
        "evidence_sha256": hashlib.sha256(VOICE).hexdigest(),
    } | changes
    return {name: value for name, value in facts.items() if value is not None}


def allows(storyteller: Storyteller) -> tuple[bool, bool]:
    """To film, and to show what was filmed."""
    asked: dict[str, Any] = {
        "network": "x",
        "campaign": storyteller.campaign_id,
        "at": timezone.now(),
    }
    consents = Consent.objects
    return consents.agreed(**asked).exists(), consents.valid(**asked).exists()


def test_consent_names_the_evidence_that_is_to_come(
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
    assert (consent.evidence, consent.evidence_sha256) == ("", hashlib.sha256(VOICE).hexdigest())
    assert consent.code_hash == withdrawal_codes.digest(CODE)
    assert allows(storyteller) == (True, False)


def test_evidence_comes_in_pieces_and_then_the_consent_counts(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    client.post(CONSENTS, agreed(storyteller))
    phone = Phone(client, VOICE, id=EVIDENCE)
    assert phone.create().status == 201
    assert (phone.send(0, 20).status, phone.send(20).status) == (204, 204)
    uploads.store(EVIDENCE)

    consent = Consent.objects.get()
    assert (stored(consent.evidence), consent.evidence_type) == (VOICE, "audio/mp4")
    assert Upload.objects.get().status == "stored"
    assert allows(storyteller) == (True, True)
    # A phone that did not hear the answer asks again, and hears that all is there.
    assert client.post(CONSENTS, agreed(storyteller)).status_code == 201
    films = client.get(f"/field/films/?id={EVIDENCE}").json()["films"]
    assert films[str(EVIDENCE)]["status"] == "stored"


def test_no_other_evidence_is_taken_for_what_was_promised(
    client: Client, grace: User, storyteller: Storyteller
) -> None:
    client.post(CONSENTS, agreed(storyteller))
    consent = Consent.objects.get()
    other = ContentFile(b"somebody else's yes")

    with pytest.raises(consent_forms.ConsentError, match="other evidence"):
        consent_forms.attach_evidence(consent, other, content_type="", by=grace)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Consent.objects.update(evidence="evidence/1", evidence_sha256="1" * 64)
    changed = agreed(storyteller, evidence_id=str(uuid.uuid4()), evidence_sha256="1" * 64)
    assert client.post(CONSENTS, changed).status_code == 422
    assert allows(storyteller) == (True, False)


def test_consent_sent_twice_is_one(client: Client, grace: User, storyteller: Storyteller) -> None:
    statuses = [client.post(CONSENTS, agreed(storyteller)).status_code for _ in range(2)]

    assert (statuses, Consent.objects.count(), Upload.objects.count()) == ([201, 201], 1, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"told": ["purpose"]},
        {"method": None},
        {"method": "mark"},
        {"evidence_sha256": None},
        {"evidence_length": 0},
        {"evidence_length": 100_000_000},
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
