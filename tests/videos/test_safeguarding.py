"""Safeguarding's pages, the code that takes a consent back, dates, and custody for a court."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign import live
from campaign.models import AuditEntry, User
from campaign.roles import SAFEGUARDING
from tests import factories
from videos import custody, withdrawal_codes
from videos.actions import consent, consent_dates, identities
from videos.models import Clip, Consent, CustodyEvent, Storyteller
from videos.processing.prepare import digest

pytestmark = pytest.mark.django_db


@pytest.fixture
def leila() -> Storyteller:
    return factories.StorytellerFactory(public_name="Leila")


@pytest.fixture
def ruth(leila: Storyteller) -> User:
    return factories.person(SAFEGUARDING, leila.campaign, email="ruth@example.org")


@pytest.fixture
def page(client: Client, ruth: User) -> Client:
    client.force_login(ruth)
    return client


def with_code(leila: Storyteller, code: str, **facts: Any) -> Consent:
    consent: Consent = factories.ConsentFactory(
        storyteller=leila, code_hash=withdrawal_codes.digest(code), **facts
    )
    return consent


@pytest.fixture(autouse=True)
def _no_limits_from_before() -> None:
    for key in live.connection().scan_iter("limit:withdraw:*"):
        live.connection().delete(key)


def test_a_code_takes_everything_back_once(client: Client, leila: Storyteller) -> None:
    with_code(leila, "ABCDE-FGHJK")
    factories.ConsentFactory(storyteller=leila, version=2)
    clip = factories.ClipFactory(storyteller=leila, consent=False)
    address = reverse("withdraw-by-code")
    sent = {"code": " abcde fghjk ", "scope": "everything"}
    assert "It is done" in client.post(address, sent).content.decode()
    newest = Consent.objects.newest().get()
    assert (newest.version, newest.withdrawal_channel, newest.withdrawn_by) == (2, "code", None)
    clip.refresh_from_db()
    assert clip.status == "withdrawn"
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "do not know this code" in again.content.decode()


def test_nothing_new_retires_and_leaves_the_films(client: Client, leila: Storyteller) -> None:
    with_code(leila, "ABCDE-FGHJK")
    clip = factories.ClipFactory(storyteller=leila, consent=False)
    client.post(reverse("withdraw-by-code"), {"code": "ABCDEFGHJK", "scope": "new"})
    clip.refresh_from_db()
    assert (clip.status, clip.renditions.exclude(file="").count()) == ("retired", 3)
    assert consent.sweep() == 0


def test_codes_cannot_be_tried_out(client: Client) -> None:
    address = reverse("withdraw-by-code")
    wrong = {"code": "ZZZZZ-ZZZZZ", "scope": "everything"}
    statuses = [client.post(address, wrong).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.parametrize(("language", "way"), [("ar", "rtl"), ("sw", "ltr"), ("xx", "ltr")])
def test_withdrawal_page_speaks_their_language(client: Client, language: str, way: str) -> None:
    page = client.get(reverse("withdraw-by-code"), {"lang": language}).content.decode()
    assert f'dir="{way}"' in page


def test_crew_withdraws_for_their_own_place_only(client: Client, leila: Storyteller) -> None:
    factories.ConsentFactory(storyteller=leila)
    address = reverse("field-withdraw", args=[leila.pk])
    client.force_login(factories.crew(factories.PlaceFactory()))
    assert client.post(address).status_code == 404
    client.force_login(factories.crew(leila.place))
    assert client.post(address).status_code == 302
    assert Consent.objects.get().withdrawal_channel == "crew"


def test_storytellers_are_listed_by_state_in_as_many_queries(
    page: Client, leila: Storyteller
) -> None:
    now = timezone.now()
    facts: list[dict[str, Any]] = [
        {},
        {"review_at": now},
        {"expires_at": now},
        {"withdrawn_at": now},
    ]
    address = reverse("storytellers", args=[leila.campaign.slug])
    factories.ConsentFactory(storyteller=leila)
    page.get(address)
    with CaptureQueriesContext(connection) as one:
        page.get(address)
    for fact in facts:
        factories.ConsentFactory(storyteller__campaign=leila.campaign, **fact)
    with CaptureQueriesContext(connection) as many:
        response = page.get(address)
    assert len(many) == len(one)
    states = sorted(person.state for person in response.context["people"])
    assert states == ["ended", "review", "valid", "valid", "withdrawn"]
    shown = page.get(address, {"show": "review"}).context["people"]
    assert [person.state for person in shown] == ["review"]


def test_identity_opens_for_a_reason_and_is_not_kept_by_browsers(
    page: Client, leila: Storyteller, ruth: User
) -> None:
    identities.keep(leila, identities.Person("Amal Haddad"), by=ruth)
    address = reverse("storyteller", args=[leila.campaign.slug, leila.pk])
    assert "Amal" not in page.get(address).content.decode()
    opened = page.post(
        reverse("identity", args=[leila.campaign.slug, leila.pk]), {"reason": "A call"}
    )
    assert "Amal Haddad" in opened.content.decode()
    assert opened["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(verb="looked at identity").count() == 1


@pytest.mark.parametrize("name", ["storyteller", "identity", "storyteller-risk", "consent-give"])
def test_charlie_sees_no_storyteller(client: Client, leila: Storyteller, name: str) -> None:
    address = reverse(name, args=[leila.campaign.slug, leila.pk])
    for charlie in (
        factories.editor(leila.campaign),
        factories.senior(leila.campaign),
        factories.manager(leila.campaign),
        factories.crew(leila.place),
        factories.person(SAFEGUARDING, factories.CampaignFactory()),
    ):
        client.force_login(charlie)
        assert client.get(address).status_code in {403, 404, 405}
        assert client.post(address, {"reason": "x"}).status_code in {403, 404, 405}


def test_safeguarding_files_a_consent_and_sees_the_code_once(
    page: Client, leila: Storyteller
) -> None:
    address = reverse("consent-give", args=[leila.campaign.slug, leila.pk])
    sent = {
        "method": "signed",
        "language": "ar",
        "given_on": "2026-11-01",
        "networks": "x",
        "show_voice": "on",
        "show_place": "country",
        "evidence": ContentFile(b"scan", "scan.pdf"),
    }
    assert "Explain this first" in page.post(address, sent).content.decode()
    sent["evidence"] = ContentFile(b"scan", "scan.pdf")
    shown = page.post(address, sent | {"told": Consent.Told.values})
    given = Consent.objects.get()
    assert (given.show_face, given.show_voice, given.method) == (False, True, "signed")
    assert given.evidence_sha256
    assert withdrawal_codes.digest(shown.context["given"].code) == given.code_hash


def test_expire_notes_an_end_once(leila: Storyteller) -> None:
    factories.ConsentFactory(storyteller=leila, expires_at=timezone.now())
    factories.ConsentFactory(storyteller__campaign=leila.campaign)
    assert (consent_dates.expire(), consent_dates.expire()) == (1, 0)
    assert AuditEntry.objects.get(verb="consent ended").target_id == str(leila.pk)


def test_remind_mails_safeguarding_without_a_name(leila: Storyteller, ruth: User) -> None:
    now = timezone.now()
    factories.ConsentFactory(storyteller=leila, review_at=now)
    soon = factories.StorytellerFactory(campaign=leila.campaign)
    factories.ConsentFactory(storyteller=soon, expires_at=now + timedelta(days=5))
    factories.ConsentFactory(storyteller__campaign=leila.campaign)
    assert (consent_dates.remind(), consent_dates.remind()) == (2, 0)
    (sent,) = mail.outbox
    assert sent.to == ["ruth@example.org"]
    assert "Leila" not in f"{sent.body}{sent.subject}"


def streamed(answer: Any) -> bytes:
    """All that a download sends."""
    return b"".join(answer.streaming_content)


def kept_clip() -> Clip:
    """A clip whose original lies in the storage, with its first event."""
    clip: Clip = factories.ClipFactory(renditions=False)
    clip.original = default_storage.save(f"originals/{clip.pk.hex}", ContentFile(b"a film"))
    clip.original_sha256 = digest_of(clip.original)
    clip.save()
    custody.record(clip, custody.Kind.RECEIVED, sha256=clip.original_sha256, by=None)
    return clip


def digest_of(name: str) -> str:
    return digest(Path(default_storage.path(name)))


def test_verify_custody_finds_a_file_that_was_exchanged() -> None:
    clip = kept_clip()
    out = io.StringIO()
    call_command("verify_custody", stdout=out)
    assert out.getvalue() == "1 clips, 1 events: everything holds.\n"
    default_storage.delete(clip.original)
    default_storage.save(clip.original, ContentFile(b"another film"))
    errors = io.StringIO()
    with pytest.raises(CommandError, match="1 things do not hold"):
        call_command("verify_custody", stderr=errors)
    assert "the original in the storage is another file" in errors.getvalue()


def test_export_can_be_checked_without_us(client: Client) -> None:
    clip = kept_clip()
    client.force_login(factories.person(SAFEGUARDING, clip.campaign))
    answer = client.post(reverse("custody-export", args=[clip.campaign.slug, clip.pk]))
    with zipfile.ZipFile(io.BytesIO(streamed(answer))) as archive:
        chain = json.loads(archive.read("custody.json"))["events"]
        assert archive.read("files/original") == b"a film"
    assert [one["facts"]["kind"] for one in chain] == ["received", "exported"]
    previous = ""
    for one in chain:
        assert one["hash"] == custody.link(previous, one["facts"])
        previous = one["hash"]


def test_original_is_a_noted_download_for_safeguarding_alone(client: Client) -> None:
    clip = kept_clip()
    address = reverse("clip-original", args=[clip.campaign.slug, clip.pk])
    for charlie in (factories.senior(clip.campaign), factories.crew(clip.storyteller.place)):
        client.force_login(charlie)
        assert client.post(address).status_code in {403, 404}
    client.force_login(factories.person(SAFEGUARDING, clip.campaign))
    answer = client.post(address)
    assert answer["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer["Content-Disposition"]
    assert streamed(answer) == b"a film"
    kinds = CustodyEvent.objects.filter(clip=clip).values_list("kind", flat=True)
    assert list(kinds) == ["received", "viewed"]


def test_custody_page_shows_where_a_chain_breaks(page: Client, leila: Storyteller) -> None:
    clip = factories.ClipFactory(storyteller=leila)
    custody.record(clip, custody.Kind.RECEIVED, by=None)
    address = reverse("clip-custody", args=[leila.campaign.slug, clip.pk])
    assert "The chain holds" in page.get(address).content.decode()
