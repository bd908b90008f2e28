import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import django_rq
import pytest
from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from redis import ConnectionError as RedisConnectionError

from campaign import live
from campaign.models import AuditEntry
from tests import factories
from tests.videos import films
from videos import jobs, storage
from videos.actions import footage, preparing
from videos.models import Clip, Rendition
from videos.processing.prepare import digest
from videos.processing.traces import traces

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


def received(path: Path | None = None, *, data: bytes = b"no film") -> Clip:
    """A clip that waits for the media worker."""
    storyteller = factories.ConsentFactory().storyteller
    telling = footage.Telling(title="A roof", language="en")
    crew = factories.crew(storyteller.place)
    if path is None:
        return footage.receive(
            ContentFile(data, "a.mp4"), telling, storyteller=storyteller, by=crew
        )
    with path.open("rb") as file:
        return footage.receive(File(file), telling, storyteller=storyteller, by=crew)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """State and percent of each announcement."""
    news: list[tuple[str, int]] = []

    def hear(_kind: str, *, status: str, progress: int, **_: Any) -> None:
        news.append((status, progress))

    monkeypatch.setattr(live, "announce", hear)
    return news


def test_process_puts_a_clean_clip_on_the_shelf(
    phone_film: Path, said: list[tuple[str, int]], tmp_path: Path
) -> None:
    clip = received(phone_film)
    said.clear()

    jobs.prepare_clip(str(clip.pk))

    clip.refresh_from_db()
    assert (clip.status, clip.progress, clip.duration, clip.failure) == ("ready", 100, 1.0, "")
    assert clip.ready_at is not None
    made = {one.kind: one for one in Rendition.objects.filter(clip=clip)}
    assert {kind: (one.content_type, one.width, one.height) for kind, one in made.items()} == {
        "post": ("video/mp4", 1280, 720),
        "preview": ("video/mp4", 640, 360),
        "poster": ("image/jpeg", 768, 432),
    }
    for one in made.values():
        copy = tmp_path / one.kind
        copy.write_bytes(films.stored(one.file))
        assert (traces(copy), digest(copy), copy.stat().st_size) == ([], one.sha256, one.bytes)
    assert said[0] == ("processing", 0)
    assert said[-1] == ("ready", 100)
    assert [percent for _, percent in said] == sorted(percent for _, percent in said)
    entry = AuditEntry.objects.get(verb="prepared")
    assert (entry.actor, entry.after["sha256"]["post"]) == (None, made["post"].sha256)


def test_process_leaves_the_original_as_it_was(phone_film: Path) -> None:
    clip = received(phone_film)

    preparing.process(clip.pk)

    assert films.stored(clip.original) == phone_film.read_bytes()


def test_process_twice_does_nothing_the_second_time(phone_film: Path) -> None:
    clip = received(phone_film)
    preparing.process(clip.pk)
    before = list(Rendition.objects.order_by("pk").values_list("pk", "file"))

    preparing.process(clip.pk)

    assert list(Rendition.objects.order_by("pk").values_list("pk", "file")) == before
    assert AuditEntry.objects.filter(verb="prepared").count() == 1


def test_process_of_an_unknown_clip_does_nothing() -> None:
    preparing.process(uuid.uuid4())


def test_process_fails_with_a_reason_what_is_no_film() -> None:
    clip = received(data=b"<?php system($_GET['c']); ?>")

    preparing.process(clip.pk)

    clip.refresh_from_db()
    assert (clip.status, clip.failure) == ("failed", "not_a_video")
    assert Rendition.objects.count() == 0
    assert AuditEntry.objects.get(verb="refused").after == {
        "status": "failed",
        "failure": "not_a_video",
    }


def test_process_fails_when_the_original_is_lost() -> None:
    clip = received()
    default_storage.delete(clip.original)

    preparing.process(clip.pk)

    clip.refresh_from_db()
    assert (clip.status, clip.failure) == ("failed", "lost")


def test_process_refuses_an_original_that_has_changed(phone_film: Path) -> None:
    clip = received(phone_film)
    Path(default_storage.path(clip.original)).write_bytes(b"something else")

    with pytest.raises(OSError, match="not what was received"):
        preparing.process(clip.pk)

    clip.refresh_from_db()
    assert clip.status == "processing"


def test_process_leaves_a_clip_alone_that_was_withdrawn_meanwhile(
    phone_film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = received(phone_film)
    kept: list[str] = []
    keep = storage.keep_rendition

    def withdraw(*args: Any, **facts: Any) -> str:
        Clip.objects.update(status=Clip.Status.WITHDRAWN)
        kept.append(keep(*args, **facts))
        return kept[-1]

    monkeypatch.setattr(storage, "keep_rendition", withdraw)

    preparing.process(clip.pk)

    clip.refresh_from_db()
    assert (clip.status, Rendition.objects.count()) == ("withdrawn", 0)
    assert [default_storage.exists(name) for name in kept] == [False, False, False]


def test_process_leaves_no_footage_in_its_workshop(phone_film: Path) -> None:
    work = settings.DATA_DIR / "work"
    old = work / "clip-of-a-killed-worker"
    work.mkdir(parents=True, exist_ok=True)
    before = set(work.iterdir())
    old.mkdir()
    (old / "original").write_bytes(b"somebody's face")
    long_ago = time.time() - 2 * preparing.LEFTOVER_AFTER
    os.utime(old, (long_ago, long_ago))

    preparing.process(received(phone_film).pk)

    assert set(work.iterdir()) == before


def test_progress_is_told_at_most_twice_a_second(
    said: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = factories.ClipFactory(status=Clip.Status.PROCESSING, progress=0, ready_at=None)
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = preparing._Progress(clip)

    for percent in range(1, 101):
        now[0] += 0.1
        progress(percent)
    progress(50)

    assert said == [("processing", percent) for percent in range(1, 101, 5)]
    assert Clip.objects.get().progress == 96


def test_a_lease_is_signed_while_the_work_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    then = timezone.now() - timedelta(hours=1)
    clip = factories.ClipFactory(status=Clip.Status.PROCESSING, processing_since=then)
    monkeypatch.setattr(preparing, "SIGN_EVERY", 0.02)

    with preparing._alive(clip):
        deadline = time.monotonic() + 5
        while Clip.objects.get().processing_since == then and time.monotonic() < deadline:
            time.sleep(0.02)

    signed = Clip.objects.get().processing_since
    assert signed is not None
    assert signed > then


def test_sweep_gives_a_dead_workers_clip_to_another(said: list[tuple[str, int]]) -> None:
    then = timezone.now() - preparing.DEAD_AFTER - timedelta(seconds=1)
    clip = factories.ClipFactory(status=Clip.Status.PROCESSING, processing_since=then, progress=40)

    assert preparing.sweep() == 1

    clip.refresh_from_db()
    assert (clip.status, clip.progress) == ("received", 0)
    assert django_rq.get_queue("media").job_ids == [footage.job_id(clip.pk)]
    assert said == [("received", 0)]


def test_sweep_leaves_a_living_workers_clip() -> None:
    factories.ClipFactory(status=Clip.Status.PROCESSING, processing_since=timezone.now())

    assert preparing.sweep() == 0
    assert Clip.objects.get().status == "processing"


def test_sweep_gives_up_on_a_clip_that_ended_three_workers() -> None:
    clip = factories.ClipFactory(status=Clip.Status.PROCESSING)
    then = timezone.now() - preparing.DEAD_AFTER - timedelta(seconds=1)
    states = []
    for _ in range(preparing.TRIES):
        Clip.objects.update(status=Clip.Status.PROCESSING, processing_since=then)
        preparing.sweep()
        states.append(Clip.objects.values_list("status", "failure").get(pk=clip.pk))

    assert states == [("received", ""), ("received", ""), ("failed", "broken")]


def test_sweep_rings_again_for_a_lost_job() -> None:
    clip = received()
    django_rq.get_queue("media").empty()
    Clip.objects.update(received_at=timezone.now() - preparing.PATIENCE - timedelta(seconds=1))

    assert (preparing.sweep(), preparing.sweep()) == (1, 0)
    assert django_rq.get_queue("media").job_ids == [footage.job_id(clip.pk)]


def test_sweep_waits_a_little_for_a_fresh_clip() -> None:
    received()
    django_rq.get_queue("media").empty()

    assert preparing.sweep() == 0


def test_sweep_survives_the_loss_of_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    received()
    Clip.objects.update(received_at=timezone.now() - timedelta(hours=1))

    def refuse(*_: object) -> None:
        raise RedisConnectionError("refused")

    monkeypatch.setattr(django_rq.get_queue("media").__class__, "get_job_position", refuse)

    assert preparing.sweep() == 0


def test_a_killed_workers_clip_is_prepared_after_the_sweep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process, killed in the middle of the encoding."""
    clip = received(films.film(tmp_path / "a.mp4", size="640x360", seconds=12))
    queue = django_rq.get_queue("media")
    queue.empty()
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:"
        f"{database['PORT']}/{database['NAME']}"
    )
    if str(database["HOST"]).startswith("/"):
        url = f"postgres://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    code = (
        "import django, sys; django.setup()\n"
        "from videos import jobs; jobs.prepare_clip(sys.argv[1])"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", code, str(clip.pk)],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
    )
    deadline = time.monotonic() + 60
    while Clip.objects.get().progress < 5:
        assert time.monotonic() < deadline
        assert worker.poll() is None, "it ended before it was killed"
        time.sleep(0.05)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert Clip.objects.get().status == "processing"

    monkeypatch.setattr(preparing, "DEAD_AFTER", timedelta(0))
    assert preparing.sweep() == 1
    assert queue.job_ids == [footage.job_id(clip.pk)]
    jobs.prepare_clip(str(clip.pk))

    clip.refresh_from_db()
    assert (clip.status, clip.duration) == ("ready", 12.0)
    assert Rendition.objects.filter(clip=clip).count() == 3
