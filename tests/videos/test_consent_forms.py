"""What makes a consent that may be relied on, what it allows, and who a storyteller really is."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from campaign.models import AuditEntry, User
from campaign.roles import SAFEGUARDING
from tests import factories
from videos import withdrawal_codes
from videos.actions import consent_forms, footage, identities
from videos.models import Consent, Identity, Storyteller

pytestmark = pytest.mark.django_db


@pytest.fixture
def leila() -> Storyteller:
    return factories.StorytellerFactory(public_name="Leila")


@pytest.fixture
def omar(leila: Storyteller) -> User:
    return factories.crew(leila.place)


def terms(**facts: Any) -> consent_forms.Terms:
    usual = {
        "method": Consent.Method.SPOKEN,
        "language": "ar",
        "told": tuple(Consent.Told.values),
        "networks": ("x",),
        "given_at": timezone.now(),
        "show_face": True,
        "show_voice": True,
    }
    return consent_forms.Terms(**{**usual, **facts})


def valid(leila: Storyteller, **facts: Any) -> bool:
    asked = {"network": "x", "campaign": leila.campaign, "at": timezone.now(), **facts}
    return Consent.objects.valid(**asked).exists()


def test_give_files_the_next_version_and_a_code(leila: Storyteller, omar: User) -> None:
    first = consent_forms.give(leila, terms(), by=omar)
    second = consent_forms.give(leila, terms(show_face=False), by=omar)

    assert [one.consent.version for one in (first, second)] == [1, 2]
    assert withdrawal_codes.digest(first.code.lower()) == first.consent.code_hash
    assert list(Consent.objects.newest()) == [second.consent]
    assert second.consent.review_at == second.consent.given_at + consent_forms.REVIEW_AFTER
    verbs = AuditEntry.objects.values_list("verb", "actor")
    assert list(verbs) == [("gave consent", omar.pk)] * 2


def test_give_twice_with_one_code_is_one_consent(leila: Storyteller, omar: User) -> None:
    code = withdrawal_codes.make()
    one = consent_forms.give(leila, terms(code=code), by=omar)
    again = consent_forms.give(leila, terms(code=code), by=omar)
    assert (again.consent, Consent.objects.count()) == (one.consent, 1)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"told": ("purpose", "platforms", "recall", "withdraw")}, "aid and services"),
        ({"method": Consent.Method.MARK}, "needs a witness"),
        ({"networks": ()}, "at least one network"),
        ({"show_face": False, "show_voice": False}, "Neither face nor voice"),
        ({"campaigns": (987_654,)}, "does not exist"),
        ({"expires_at": timezone.now() - timedelta(days=1)}, "end before it begins"),
        ({"code": "O0-1"}, "not a withdrawal code"),
    ],
)
def test_give_refuses_what_is_no_consent(
    leila: Storyteller, omar: User, facts: dict[str, Any], words: str
) -> None:
    with pytest.raises(consent_forms.ConsentError, match=words):
        consent_forms.give(leila, terms(**facts), by=omar)
    assert not Consent.objects.exists()


def test_give_for_a_minor_needs_guardian_and_child(leila: Storyteller, omar: User) -> None:
    leila.is_minor = True
    leila.save()
    with pytest.raises(consent_forms.ConsentError, match="guardian"):
        consent_forms.give(leila, terms(child_assented=True), by=omar)
    guarded = {"guardian": "Her aunt", "guardian_agreed": True}
    with pytest.raises(consent_forms.ConsentError, match="Ask the child"):
        consent_forms.give(leila, terms(**guarded), by=omar)
    consent_forms.give(leila, terms(**guarded, child_assented=True), by=omar)
    assert valid(leila)
    factories.ConsentFactory(storyteller=leila, version=2)
    assert not valid(leila)


def test_give_by_another_crew_is_refused(leila: Storyteller) -> None:
    charlie = factories.crew(factories.PlaceFactory())
    with pytest.raises(footage.NotYourPlaceError):
        consent_forms.give(leila, terms(), by=charlie)


def test_valid_keeps_to_network_campaign_and_countries(leila: Storyteller) -> None:
    other = factories.CampaignFactory()
    factories.ConsentFactory(storyteller=leila)
    assert valid(leila)
    assert not valid(leila, network="mastodon")
    assert not valid(leila, campaign=other)
    factories.ConsentFactory(storyteller=leila, version=2, campaigns=[other.pk])
    assert (valid(leila), valid(leila, campaign=other)) == (False, True)
    factories.ConsentFactory(storyteller=leila, version=3, countries=["GB"])
    assert not valid(leila)


@pytest.mark.parametrize(
    "change",
    [
        {"networks": ["x", "mastodon"]},
        {"show_face": False},
        {"evidence": "evidence/1", "evidence_sha256": "1" * 64},
        {"expires_at": timezone.now() + timedelta(days=900)},
        {"withdrawn_at": None},
    ],
)
def test_consent_cannot_be_edited(leila: Storyteller, change: dict[str, Any]) -> None:
    now = timezone.now()
    factories.ConsentFactory(
        storyteller=leila,
        evidence="evidence/0",
        evidence_sha256="0" * 64,
        expires_at=now + timedelta(days=800),
        withdrawn_at=now,
    )
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Consent.objects.update(**change)
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        Consent.objects.all().delete()


def test_attach_evidence_once(leila: Storyteller, omar: User) -> None:
    given = consent_forms.give(leila, terms(), by=omar).consent
    for _ in range(2):
        consent_forms.attach_evidence(
            given, ContentFile(b"yes"), content_type="audio/webm", by=omar
        )
    assert given.evidence.startswith(f"evidence/{given.pk}-")
    with pytest.raises(consent_forms.ConsentError, match="other evidence"):
        consent_forms.attach_evidence(given, ContentFile(b"no"), content_type="", by=omar)


def test_look_at_an_identity_is_noted_and_needs_its_permission(
    leila: Storyteller, omar: User
) -> None:
    ines = factories.person(SAFEGUARDING, leila.campaign)
    person = identities.Person("Amal Haddad", "+961 70 000 000", "Never on Fridays.")
    identities.keep(leila, person, by=ines)
    assert identities.look(leila, reason="Call about review", by=ines) == person
    for stranger in (omar, factories.person(SAFEGUARDING)):
        with pytest.raises(PermissionDenied):
            identities.look(leila, reason="Curious", by=stranger)
    with pytest.raises(ValueError, match="why"):
        identities.look(leila, reason=" ", by=ines)

    entries = AuditEntry.objects.filter(target_type="storyteller").values_list("verb", "after")
    assert list(entries) == [
        ("wrote identity", {"filled": ["real_name", "contact", "notes"]}),
        ("looked at identity", {"reason": "Call about review"}),
    ]


def test_identity_is_encrypted_at_rest(leila: Storyteller) -> None:
    Identity.objects.create(storyteller=leila, real_name="Amal Haddad", contact="+961")
    with connection.cursor() as cursor:
        cursor.execute("SELECT real_name || contact || notes FROM videos_identity")
        (stored,) = cursor.fetchone()
    assert "Amal" not in stored
    assert "+961" not in stored
