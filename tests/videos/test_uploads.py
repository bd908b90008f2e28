"""From the spool into the storage: done once, however often it is tried."""

import os
import time
import uuid
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from campaign.models import AuditEntry
from tests import factories
from tests.videos.phone import Phone
from videos import jobs, spool, storage
from videos.actions import uploads
from videos.models import Clip, Storyteller, Upload

pytestmark = pytest.mark.django_db

FILM = os.urandom(100_000)


@pytest.fixture(autouse=True)
def _own_spool(settings: Any, tmp_path: Path) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture
def storyteller() -> Storyteller:
    made: Storyteller = factories.ConsentFactory().storyteller
    return made


@pytest.fixture
def received(storyteller: Storyteller, client: Client) -> Upload:
    """A film that is whole and checked, in the spool."""
    client.force_login(factories.crew(storyteller.place, name="Grace"))
    phone = Phone(client, FILM)
    assert phone.tell(storyteller.pk).status_code == 201
    spool.append(phone.id, FILM, at=0)
    upload = Upload.objects.get()
    uploads.finish(upload, sha256=phone.sha256)
    upload.refresh_from_db()
    return upload


def kept(name: str) -> bytes:
    with default_storage.open(name) as file:
        content: bytes = file.read()
        return content


def test_store_makes_the_clip_and_empties_the_spool(received: Upload) -> None:
    jobs.store_upload(str(received.pk))

    clip = Clip.objects.get()
    received.refresh_from_db()
    assert (received.status, received.clip, clip.pk) == ("stored", clip, received.pk)
    assert (kept(clip.original), clip.original_sha256) == (FILM, received.sha256)
    assert (clip.title, clip.themes, clip.original_name) == ("A roof", ["home"], "IMG_0001.MOV")
    assert not spool.exists(received.pk)


def test_store_twice_is_store_once(received: Upload) -> None:
    uploads.store(received.pk)
    uploads.store(received.pk)

    assert Clip.objects.count() == 1
    assert AuditEntry.objects.filter(verb="received").count() == 1


def test_store_that_was_killed_after_saving_the_file_leaves_no_second_one(
    received: Upload,
) -> None:
    name = default_storage.save(f"originals/{received.pk.hex}", ContentFile(b"half of it"))

    uploads.store(received.pk)

    clip = Clip.objects.get()
    assert (clip.original, kept(name)) == (name, FILM)


def test_store_that_was_killed_after_saving_the_clip_goes_on(received: Upload) -> None:
    uploads.store(received.pk)
    Upload.objects.update(status="received", stored_at=None, clip=None)
    spool.append(received.pk, FILM, at=0)

    uploads.store(received.pk)

    assert (Clip.objects.count(), Upload.objects.get().status) == (1, "stored")


def test_same_film_told_under_two_ids_is_one_clip(
    received: Upload, storyteller: Storyteller, client: Client
) -> None:
    uploads.store(received.pk)
    again = Phone(client, FILM)
    again.tell(storyteller.pk)
    spool.append(again.id, FILM, at=0)
    uploads.finish(Upload.objects.get(pk=again.id), sha256=again.sha256)

    uploads.store(again.id)

    assert Clip.objects.count() == 1
    assert Upload.objects.get(pk=again.id).status == "stored"


def test_different_film_under_the_same_id_is_refused(
    received: Upload, storyteller: Storyteller, client: Client
) -> None:
    """A phone must never be told that a film is safe of which no byte was sent."""
    other = Phone(client, os.urandom(len(FILM)), id=received.pk)

    response = other.tell(storyteller.pk)

    assert response.status_code == 422
    assert Upload.objects.get().sha256 == received.sha256


def test_consent_withdrawn_on_the_way_means_not_kept(
    received: Upload, storyteller: Storyteller, client: Client
) -> None:
    storyteller.consents.update(withdrawn_at=timezone.now())

    uploads.store(received.pk)

    assert Clip.objects.count() == 0
    assert not spool.exists(received.pk)
    state = client.get(f"/field/films/?id={received.pk}").json()["films"][str(received.pk)]
    assert (state["status"], state["words"]) == (
        "refused",
        "There is no consent that is valid today. Ask London; keep the film.",
    )


def test_storage_that_is_away_keeps_the_film_and_the_sweep_rings_again(
    received: Upload,
    monkeypatch: pytest.MonkeyPatch,
    redis_connection: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    def away(*_: object) -> str:
        raise OSError("no route to the bucket")

    with monkeypatch.context() as broken:
        broken.setattr(storage, "keep_original", away)
        with pytest.raises(OSError, match="no route"):
            uploads.store(received.pk)
    Upload.objects.update(received_at=timezone.now() - uploads.PATIENCE * 2)

    with django_capture_on_commit_callbacks(execute=True):
        assert uploads.sweep() == 1
    assert redis_connection.llen("rq:queue:arrivals") == 1
    assert spool.sha256(received.pk) == received.sha256


def test_spool_that_is_gone_has_the_phone_begin_anew(received: Upload) -> None:
    spool.remove(received.pk)

    uploads.store(received.pk)

    assert Upload.objects.get().status == "announced"


def test_sweep_lets_strays_go_and_keeps_what_is_needed(received: Upload) -> None:
    stray = uuid.uuid4()
    spool.append(stray, b"of nobody", at=0)
    long_ago = time.time() - uploads.STRAY_AFTER.total_seconds() - 60
    for one in (stray, received.pk):
        os.utime(spool.path(one), (long_ago, long_ago))

    uploads.sweep()

    assert (spool.exists(stray), spool.exists(received.pk)) == (False, True)


def test_sweep_originals_deletes_those_of_no_clip(received: Upload) -> None:
    uploads.store(received.pk)
    clip = Clip.objects.get()
    orphan = default_storage.save(f"originals/{uuid.uuid4().hex}", ContentFile(b"of nobody"))
    fresh = default_storage.save(f"originals/{uuid.uuid4().hex}", ContentFile(b"just now"))
    long_ago = time.time() - uploads.STRAY_AFTER.total_seconds() - 60
    for name in (orphan, clip.original):
        os.utime(Path(default_storage.path(name)), (long_ago, long_ago))

    assert uploads.sweep_originals() == 1

    found = [default_storage.exists(name) for name in (orphan, fresh, clip.original)]
    assert found == [False, True, True]


def test_films_tells_of_the_own_place_alone(received: Upload) -> None:
    charlie = Client()
    charlie.force_login(factories.crew(factories.PlaceFactory(), name="Charlie"))

    assert charlie.get(f"/field/films/?id={received.pk}").json() == {"films": {}}
    assert charlie.get("/field/films/?id=nonsense").json() == {"films": {}}


@pytest.mark.django_db(transaction=True)
def test_tellings_at_once_keep_the_quota(storyteller: Storyteller, settings: Any) -> None:
    """Eight phones of one place tell of a film each; there is room for three."""
    settings.UPLOAD_QUOTA = 3 * len(FILM)
    user = factories.crew(storyteller.place)
    start, statuses = Barrier(8), []

    def tell() -> None:
        client = Client()
        client.force_login(user)
        start.wait()
        statuses.append(Phone(client, FILM).tell(storyteller.pk).status_code)
        connection.close()

    threads = [Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [201] * 3 + [503] * 5
