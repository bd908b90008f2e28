import hashlib
from typing import Any

import django_rq
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from redis import ConnectionError as RedisConnectionError

from campaign import audit, live
from campaign.models import AuditEntry
from tests import factories
from tests.videos import films
from videos import storage
from videos.actions import footage
from videos.models import Clip, Consent, Storyteller
from videos.processing import probe

pytestmark = pytest.mark.django_db(transaction=True)

TELLING = footage.Telling(
    title="A roof", language="en", quote="It holds.", themes=("home",), voice_only=True
)
DATA = b"what a phone sent"


@pytest.fixture
def storyteller() -> Storyteller:
    consent: Consent = factories.ConsentFactory()
    return consent.storyteller


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The news that was announced."""
    news: list[dict[str, Any]] = []
    monkeypatch.setattr(
        live, "announce", lambda kind, **facts: news.append({"kind": kind, **facts})
    )
    return news


def upload(data: bytes = DATA, name: str = "IMG_0042.MOV") -> ContentFile:
    return ContentFile(data, name=name)


def stored() -> set[str]:
    if not default_storage.exists("originals"):
        return set()
    return {f"originals/{name}" for name in default_storage.listdir("originals")[1]}


@pytest.fixture(autouse=True)
def _empty_store() -> None:
    """Other tests left their films."""
    for name in stored():
        default_storage.delete(name)


def test_receive_stores_the_film_untouched_under_a_name_of_ours(
    storyteller: Storyteller, said: list[dict[str, Any]]
) -> None:
    crew = factories.crew(storyteller.place)

    clip = footage.receive(upload(), TELLING, storyteller=storyteller, by=crew)

    clip = Clip.objects.get(pk=clip.pk)
    assert clip.original == f"originals/{clip.pk.hex}"
    assert films.stored(clip.original) == DATA
    assert clip.original_sha256 == hashlib.sha256(DATA).hexdigest()
    assert clip.original_bytes == len(DATA)
    assert clip.original_name == "IMG_0042.MOV"
    assert (clip.status, clip.campaign, clip.uploaded_by) == (
        Clip.Status.RECEIVED,
        storyteller.campaign,
        crew,
    )
    assert (clip.title, clip.quote, clip.language, clip.themes, clip.voice_only) == (
        "A roof",
        "It holds.",
        "en",
        ["home"],
        True,
    )
    assert django_rq.get_queue("media").job_ids == [f"clip-{clip.pk.hex}"]
    entry = AuditEntry.objects.get(verb="received")
    assert (entry.actor, entry.target_id) == (crew, str(clip.pk))
    assert said == [
        {
            "kind": "clip",
            "campaign": clip.campaign_id,
            "ids": [str(clip.pk)],
            "place": storyteller.place_id,
            "status": "received",
            "progress": 0,
        }
    ]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/passwd", "../../../etc/passwd"),
        ("a\x00b\r\nContent-Type: text/html.mp4", "abContent-Type: text/html.mp4"),
        ("\u202egnp.exe.mp4", "gnp.exe.mp4"),
        ("<script>alert(1)</script>.mp4", "<script>alert(1)</script>.mp4"),
        ("فيلم.mp4", "فيلم.mp4"),
        ("x" * 400 + ".mp4", "x" * 196 + ".mp4"),
        (None, ""),
    ],
)
def test_receive_keeps_a_nasty_name_as_text_alone(
    storyteller: Storyteller, name: str | None, kept: str
) -> None:
    crew = factories.crew(storyteller.place)
    film = upload()
    film.name = name

    clip = footage.receive(film, TELLING, storyteller=storyteller, by=crew)

    assert clip.original_name == kept
    assert clip.original == f"originals/{clip.pk.hex}"
    assert stored() == {clip.original}


def test_receive_twice_is_one_clip(storyteller: Storyteller) -> None:
    crew = factories.crew(storyteller.place)

    first = footage.receive(upload(), TELLING, storyteller=storyteller, by=crew)
    second = footage.receive(upload(), TELLING, storyteller=storyteller, by=crew)

    assert first == second
    assert Clip.objects.count() == 1
    assert stored() == {first.original}


def test_receive_takes_a_failed_film_again(storyteller: Storyteller) -> None:
    crew = factories.crew(storyteller.place)
    first = footage.receive(upload(), TELLING, storyteller=storyteller, by=crew)
    Clip.objects.update(status=Clip.Status.FAILED, failure="unreadable")

    second = footage.receive(upload(), TELLING, storyteller=storyteller, by=crew)

    assert first != second


def test_receive_refuses_another_crews_storyteller(storyteller: Storyteller) -> None:
    charlie = factories.crew(factories.PlaceFactory())

    with pytest.raises(footage.NotYourPlaceError):
        footage.receive(upload(), TELLING, storyteller=storyteller, by=charlie)

    assert (Clip.objects.count(), stored()) == (0, set())


def test_receive_refuses_another_campaigns_storyteller(storyteller: Storyteller) -> None:
    charlie = factories.editor(factories.CampaignFactory())

    with pytest.raises(footage.NotYourPlaceError):
        footage.receive(upload(), TELLING, storyteller=storyteller, by=charlie)


@pytest.mark.parametrize("case", ["none", "withdrawn", "expired", "other network", "newer"])
def test_receive_refuses_without_a_valid_consent(case: str) -> None:
    now = timezone.now()
    storyteller = factories.StorytellerFactory()
    facts: dict[str, dict[str, Any]] = {
        "withdrawn": {"withdrawn_at": now},
        "expired": {"expires_at": now},
        "other network": {"networks": ["mastodon"]},
        "newer": {},
    }
    if case != "none":
        factories.ConsentFactory(storyteller=storyteller, **facts[case])
    if case == "newer":
        factories.ConsentFactory(storyteller=storyteller, version=2, networks=[])

    with pytest.raises(footage.NoConsentError):
        footage.receive(
            upload(), TELLING, storyteller=storyteller, by=factories.crew(storyteller.place)
        )

    assert (Clip.objects.count(), stored()) == (0, set())


def test_receive_refuses_an_empty_film(storyteller: Storyteller) -> None:
    with pytest.raises(footage.BadFileError, match="The file is empty"):
        footage.receive(
            upload(b""), TELLING, storyteller=storyteller, by=factories.crew(storyteller.place)
        )


def test_receive_refuses_a_huge_film(
    storyteller: Storyteller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footage, "MAX_BYTES", len(DATA) - 1)

    with pytest.raises(footage.BadFileError, match="larger than 512 MB"):
        footage.receive(
            upload(), TELLING, storyteller=storyteller, by=factories.crew(storyteller.place)
        )


def test_receive_leaves_no_file_behind_when_it_cannot_be_saved(
    storyteller: Storyteller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no log")

    monkeypatch.setattr(audit, "record", fail)

    with pytest.raises(RuntimeError, match="no log"):
        footage.receive(
            upload(), TELLING, storyteller=storyteller, by=factories.crew(storyteller.place)
        )

    assert (Clip.objects.count(), stored()) == (0, set())


def test_receive_survives_the_loss_of_redis(
    storyteller: Storyteller, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RedisConnectionError("refused")

    monkeypatch.setattr(django_rq.get_queue("media").__class__, "enqueue", refuse)

    clip = footage.receive(
        upload(), TELLING, storyteller=storyteller, by=factories.crew(storyteller.place)
    )

    assert Clip.objects.get() == clip
    assert f"clip {clip.pk} waits for the sweep" in caplog.text


@pytest.mark.parametrize("status", [Clip.Status.READY, Clip.Status.FAILED])
def test_retire_takes_a_clip_off_the_shelf(status: str) -> None:
    clip = factories.ClipFactory(status=status, failure="too_long" if status == "failed" else "")
    ana = factories.editor(clip.campaign)

    footage.retire(clip, by=ana)

    assert Clip.objects.get().status == Clip.Status.RETIRED
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.before, entry.after) == (
        "retired",
        ana,
        {"status": status},
        {"status": "retired"},
    )


@pytest.mark.parametrize(
    "status",
    [Clip.Status.RECEIVED, Clip.Status.PROCESSING, Clip.Status.RETIRED, Clip.Status.WITHDRAWN],
)
def test_retire_refuses_a_clip_that_is_not_on_the_shelf(status: str) -> None:
    clip = factories.ClipFactory(status=status)

    with pytest.raises(footage.NotOnShelfError):
        footage.retire(clip, by=factories.editor(clip.campaign))

    assert Clip.objects.get().status == status
    assert AuditEntry.objects.count() == 0


def test_a_film_may_weigh_what_the_network_takes() -> None:
    assert probe.MAX_BYTES == 512 * 1024**2
    assert storage.BLOCK == 1024 * 1024
