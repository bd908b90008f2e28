"""From the field to the shelf: what waits, who may say yes, and who must be hidden first."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaign.models import User
from campaign.roles import SAFEGUARDING
from tests import factories
from tests.videos import films
from videos import storage
from videos.actions import (
    consent_forms,
    evidence,
    footage,
    preparing,
    protection,
    retention,
    review,
)
from videos.models import Clip, Consent, CustodyEvent, Protection, Rendition, Storyteller

pytestmark = pytest.mark.django_db

BOX = {"keys": [{"at": 0, "left": 0.4, "top": 0.1, "width": 0.2, "height": 0.3}], "to_end": True}


@pytest.fixture
def leila() -> Storyteller:
    return factories.StorytellerFactory(campaign__review_new_clips=True)


@pytest.fixture
def maya(leila: Storyteller) -> User:
    return factories.editor(leila.campaign)


@pytest.fixture
def tom(leila: Storyteller) -> User:
    return factories.editor(leila.campaign)


def waiting(leila: Storyteller, **facts: Any) -> Clip:
    clip: Clip = factories.ClipFactory(storyteller=leila, status=Clip.Status.REVIEW, **facts)
    return clip


def usable(clip: Clip) -> bool:
    clips = Clip.objects.ready().with_consent(network="x", at=timezone.now())
    return clips.filter(pk=clip.pk).exists()


def kinds(clip: Clip) -> set[str]:
    return set(clip.renditions.values_list("kind", flat=True))


def test_accept_puts_a_clip_on_the_shelf_once(leila: Storyteller, maya: User) -> None:
    clip = waiting(leila)
    with pytest.raises(review.ReviewError, match="bystanders"):
        review.accept(clip, nobody_else=False, by=maya)
    review.accept(clip, nobody_else=True, by=maya)
    clip.refresh_from_db()
    assert (clip.status, clip.accepted_by) == ("ready", maya)
    assert usable(clip)
    with pytest.raises(review.ReviewError, match="already"):
        review.accept(clip, nobody_else=True, by=maya)
    assert list(CustodyEvent.objects.values_list("kind", "actor")) == [("accepted", maya.pk)]


def test_a_face_that_may_not_be_shown_is_drawn_rendered_and_verified_by_another(
    leila: Storyteller, maya: User, tom: User
) -> None:
    factories.ConsentFactory(storyteller=leila, show_face=False)
    clip = waiting(leila, consent=False)
    Protection.objects.create(clip=clip, reason=protection.needed(clip))
    with pytest.raises(review.ReviewError, match="hidden first"):
        review.accept(clip, nobody_else=True, by=maya)
    with pytest.raises(protection.ProtectionError, match="at least one box"):
        protection.draw(clip, [], voice=Protection.Voice.KEPT, by=maya)

    protection.draw(clip, [BOX], voice=Protection.Voice.KEPT, by=maya)
    clip.refresh_from_db()
    assert (clip.status, kinds(clip)) == ("received", {"working"})
    with pytest.raises(protection.ProtectionError, match="nothing to look at"):
        protection.verify(clip, by=tom)

    _render(clip)
    with pytest.raises(protection.SamePersonError):
        protection.verify(clip, by=maya)
    assert not usable(clip)
    protection.verify(clip, by=tom)
    review.accept(clip, nobody_else=True, by=tom)
    assert usable(clip)


def _render(clip: Clip) -> None:
    """What the worker does, without the film."""
    Protection.objects.filter(clip=clip).update(status=Protection.Status.RENDERED)
    Clip.objects.filter(pk=clip.pk).update(status=Clip.Status.REVIEW)
    factories.RenditionFactory(clip=clip, kind=Rendition.Kind.POST)
    clip.refresh_from_db()


def test_reject_takes_what_was_rendered_away(leila: Storyteller, maya: User, tom: User) -> None:
    clip = waiting(leila)
    protection.draw(clip, [BOX], voice=Protection.Voice.KEPT, by=maya)
    _render(clip)
    protection.reject(clip, reason="A face at 0:03", by=tom)
    assert kinds(clip) == {"working"}
    assert clip.protection.status == Protection.Status.NEEDED


@pytest.mark.parametrize(
    ("risk", "voice", "good"),
    [
        ("low", "kept", False),
        ("low", "changed", True),
        ("high", "changed", False),
        ("high", "removed", True),
    ],
)
def test_a_voice_that_may_not_be_heard_is_changed_or_at_high_risk_removed(
    leila: Storyteller, maya: User, *, risk: str, voice: str, good: bool
) -> None:
    Storyteller.objects.update(risk=risk)
    factories.ConsentFactory(storyteller=leila, show_voice=False)
    clip = waiting(leila, consent=False)
    if good:
        protection.draw(clip, [], voice=Protection.Voice(voice), by=maya)
    else:
        with pytest.raises(protection.ProtectionError):
            protection.draw(clip, [], voice=Protection.Voice(voice), by=maya)


@pytest.mark.parametrize(
    "boxes",
    [
        "boxes",
        [{}],
        [{"keys": []}],
        [{"keys": [{"at": 0}]}],
        [{"keys": [{"at": "x", "left": 0, "top": 0, "width": 1, "height": 1}]}],
        [{"keys": [{"at": 0, "left": float("nan"), "top": 0, "width": 1, "height": 1}]}],
        [{"keys": [{"at": 0, "left": 9, "top": 0, "width": 1, "height": 1}]}],
        [{"keys": [{"at": 0, "left": 0, "top": 0, "width": 0, "height": 1}]}],
        [BOX] * 13,
    ],
)
def test_boxes_that_no_page_sends_are_refused(boxes: object) -> None:
    with pytest.raises(protection.ProtectionError):
        protection.checked(boxes)


def test_a_consent_that_allows_less_takes_clips_off(leila: Storyteller, maya: User) -> None:
    clip = factories.ClipFactory(storyteller=leila)
    heard = factories.ClipFactory(storyteller=leila, consent=False, voice_only=True)
    terms = consent_forms.Terms(
        method=Consent.Method.SPOKEN,
        language="en",
        told=tuple(Consent.Told.values),
        networks=("x",),
        given_at=timezone.now(),
        show_voice=True,
    )
    consent_forms.give(leila, terms, by=maya)
    clip.refresh_from_db()
    assert (clip.status, kinds(clip)) == ("review", {"working"})
    assert usable(heard)


def test_trim_makes_it_again_and_starts_verification_over(
    leila: Storyteller, maya: User, tom: User
) -> None:
    clip = waiting(leila)
    with pytest.raises(review.ReviewError, match="half a second"):
        review.trim(clip, start=3, end=3.2, by=maya)
    protection.draw(clip, [BOX], voice=Protection.Voice.KEPT, by=maya)
    _render(clip)
    protection.verify(clip, by=tom)
    assert review.trim(clip, start=1.5, end=None, by=maya)
    clip.refresh_from_db()
    assert (clip.status, clip.trim_start, clip.trim_end) == ("received", 1.5, None)
    assert clip.protection.status == Protection.Status.DRAWN


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n--x--"),
        ("application/json", b"[1]"),
        ("application/json", b"{"),
    ],
)
def test_what_is_no_json_object_could_not_be_read(
    client: Client, leila: Storyteller, kind: str, body: bytes
) -> None:
    clip = factories.ClipFactory(storyteller=leila, status=Clip.Status.REVIEW)
    client.force_login(factories.editor(leila.campaign))
    for name, more in (("clip-draw", []), ("captions-save", ["en"])):
        address = reverse(name, args=[clip.campaign.slug, clip.pk, *more])
        answer = client.post(address, body, content_type=kind)
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": "This could not be read. Reload the page."},
        )


@pytest.mark.django_db
def test_a_nul_among_the_words_is_as_if_it_were_not_there(
    client: Client, leila: Storyteller, maya: User
) -> None:
    clip = factories.ClipFactory(storyteller=leila, status=Clip.Status.REVIEW)
    client.force_login(maya)
    client.post(
        reverse("clip-again", args=[clip.campaign.slug, clip.pk]), {"words": "Inside,\0 please."}
    )
    clip.refresh_from_db()
    assert clip.asked_again == "Inside, please."


def test_ask_again_and_retry(leila: Storyteller, maya: User) -> None:
    clip = waiting(leila)
    review.ask_again(clip, words="Inside, please.", by=maya)
    clip.refresh_from_db()
    assert (clip.status, clip.asked_again) == ("retired", "Inside, please.")
    failed = factories.ClipFactory(
        storyteller=leila, consent=False, status=Clip.Status.FAILED, failure="broken"
    )
    review.retry(failed, by=maya)
    failed.refresh_from_db()
    assert (failed.status, failed.failure) == ("received", "")


@pytest.mark.django_db(transaction=True)
def test_evidence_goes_when_nobody_can_need_it_and_never_before(
    leila: Storyteller, maya: User
) -> None:
    long_ago = timezone.now() - timedelta(days=leila.campaign.keep_footage_days + 2)
    safe = storage.keep_evidence(ContentFile(b"yes"), consent=1, sha256="1" * 64)
    facts: dict[str, Any] = {"evidence": safe, "evidence_sha256": "1" * 64}
    first = factories.ConsentFactory(
        storyteller=leila, version=2, given_at=long_ago - timedelta(days=9), **facts
    )
    # Ended by itself: its posts may still be seen.
    other = factories.StorytellerFactory(place=leila.place, campaign=leila.campaign)
    factories.ConsentFactory(
        storyteller=other, given_at=long_ago - timedelta(days=9), expires_at=long_ago, **facts
    )
    assert retention.purge() == 0
    clip = factories.ClipFactory(storyteller=leila, consent=False, received_at=timezone.now())
    retention.hold(clip, reason="A court asked", by=maya)
    factories.ConsentFactory(
        storyteller=leila, version=3, given_at=long_ago, evidence="evidence/3", evidence_sha256="3"
    )
    assert retention.purge() == 0
    retention.release(clip, by=maya)
    assert (retention.purge(), retention.purge()) == (1, 0)
    first.refresh_from_db()
    assert first.evidence_purged_at is not None
    assert not storage.exists(safe)
    assert evidence.verify_evidence(first) == ""


def test_retention_deletes_in_time_and_never_what_is_held(leila: Storyteller, maya: User) -> None:
    old = timezone.now() - timedelta(days=400)
    clips = [
        factories.ClipFactory(storyteller=leila, consent=not number, received_at=old)
        for number in range(3)
    ]
    shelf, held, over = clips
    retention.hold(held, reason="A court asked", by=maya)
    Clip.objects.filter(pk=over.pk).update(status=Clip.Status.RETIRED)
    factories.ClipFactory(storyteller=leila, consent=False)

    assert retention.purge() == 2
    assert retention.purge() == 0
    left = {clip.pk: clip.renditions.exclude(file="").count() for clip in clips}
    assert left == {shelf.pk: 3, held.pk: 3, over.pk: 0}
    retention.release(held, by=maya)
    assert retention.purge() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_stores_only_a_working_copy_of_who_must_be_hidden(tmp_path: Path) -> None:
    storyteller = factories.ConsentFactory(show_face=False).storyteller
    crew = factories.crew(storyteller.place)
    film = films.film(tmp_path / "a.mp4", seconds=1.2)
    with film.open("rb") as file:
        telling = footage.Telling(title="A roof", language="en")
        clip = footage.receive(File(file), telling, storyteller=storyteller, by=crew)
    preparing.process(clip.pk)
    clip.refresh_from_db()
    assert (clip.status, kinds(clip)) == ("review", {"working"})
    assert clip.protection.status == Protection.Status.NEEDED

    maya, tom = factories.editor(clip.campaign), factories.editor(clip.campaign)
    protection.draw(clip, [BOX], voice=Protection.Voice.KEPT, by=maya)
    preparing.process(clip.pk)
    protection.verify(Clip.objects.get(pk=clip.pk), by=tom)
    assert kinds(clip) == {"working", "post", "preview", "poster"}
    assert Clip.objects.get().status == Clip.Status.READY
    kept = CustodyEvent.objects.values_list("kind", flat=True)
    steps = ["received", "made", "protected", "made", "made", "made", "verified"]
    assert list(kept) == steps


PAGES = ["clip", "clip-captions", "clip-protection", "clip-use"]


@pytest.mark.parametrize("name", PAGES)
def test_pages_of_a_clip(client: Client, leila: Storyteller, maya: User, name: str) -> None:
    clip = waiting(leila)
    address = reverse(name, args=[leila.campaign.slug, clip.pk])
    client.force_login(maya)
    assert client.get(address).status_code == 200
    for charlie in (factories.crew(leila.place), factories.editor(factories.CampaignFactory())):
        client.force_login(charlie)
        assert client.get(address).status_code in {403, 404}


def test_working_copy_is_for_reviewers(client: Client, leila: Storyteller) -> None:
    clip = waiting(leila)
    factories.RenditionFactory(clip=clip, kind=Rendition.Kind.WORKING)
    for charlie in (
        factories.crew(leila.place),
        factories.manager(leila.campaign),
        factories.person(SAFEGUARDING, leila.campaign),
    ):
        client.force_login(charlie)
        assert client.get(reverse("clip-file", args=[clip.pk, "working"])).status_code == 403


def test_incoming_asks_as_much_for_one_as_for_many(
    client: Client, leila: Storyteller, maya: User, django_assert_num_queries: Any
) -> None:
    client.force_login(maya)
    address = reverse("clips-incoming", args=[leila.campaign.slug])
    waiting(leila)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _ in range(3):
        waiting(leila, consent=False)
    with django_assert_num_queries(len(one)):
        response = client.get(address)
    assert [clip.status for clip in response.context["page"]] == ["review"] * 4
