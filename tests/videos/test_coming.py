"""What London sees of a film that is on its way: how far, how quick, how long still, or silence."""

import os
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaign.models import User
from tests import factories
from videos import coming, spool
from videos.models import Brief, Clip, Upload

pytestmark = pytest.mark.django_db

BYTES = 4_000


@pytest.fixture(autouse=True)
def _own_spool(settings: Any, tmp_path: Path) -> None:
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture
def brief() -> Brief:
    made: Brief = factories.BriefFactory(
        status=Brief.Status.FILMING,
        accepted_at=timezone.now(),
        accepted_by=factories.UserFactory(),
        filming_at=timezone.now(),
        uploading_at=timezone.now(),
    )
    return made


@pytest.fixture
def upload(brief: Brief) -> Upload:
    """Half of it came in a minute and a half, the last of it just now."""
    person = factories.StorytellerFactory(place=brief.place, campaign=brief.campaign)
    now = timezone.now()
    made = Upload.objects.create(
        pk=uuid.uuid4(),
        place=brief.place,
        storyteller=person,
        brief=brief,
        telling={},
        user=factories.crew(brief.place),
        length=BYTES,
        sha256="a" * 64,
        announced_at=now - timedelta(seconds=100),
        begun_at=now - timedelta(seconds=90),
        expires_at=now + timedelta(days=30),
    )
    spool.append(made.pk, b"x" * (BYTES // 2), at=0)
    return made


def silent_for(upload: Upload, span: timedelta) -> None:
    then = (timezone.now() - span).timestamp()
    os.utime(spool.path(upload.pk), (then, then))


def test_coming_says_how_far_and_how_long_still(upload: Upload) -> None:
    found = coming.of(upload, at=timezone.now())

    assert found is not None
    assert (found.percent, found.offline) == (50, None)
    assert found.rate == pytest.approx(BYTES / 2 / 90, rel=0.05)
    assert found.left is not None
    assert found.left.total_seconds() == pytest.approx(90, rel=0.05)


def test_coming_says_since_when_nothing_came(upload: Upload) -> None:
    silent_for(upload, timedelta(minutes=37))
    Upload.objects.update(begun_at=timezone.now() - timedelta(minutes=50))
    upload.refresh_from_db()

    found = coming.of(upload, at=timezone.now())

    assert found is not None
    assert (found.percent, found.left) == (50, None)
    assert found.offline is not None
    assert found.offline.total_seconds() == pytest.approx(37 * 60, abs=5)


def test_coming_is_nothing_before_the_first_byte_and_after_the_last(upload: Upload) -> None:
    upload.begun_at = None
    assert coming.of(upload, at=timezone.now()) is None
    upload.begun_at = timezone.now()
    upload.status = Upload.Status.RECEIVED
    assert coming.of(upload, at=timezone.now()) is None


def test_board_shows_a_film_on_its_way_and_being_prepared(
    client: Client, brief: Brief, upload: Upload
) -> None:
    ana: User = factories.editor(brief.campaign)
    client.force_login(ana)

    def page() -> str:
        address = f"/c/{brief.campaign.slug}/briefs/{brief.pk}/"
        return " ".join(client.get(address).content.decode().split())

    shown = page()
    assert "<b>50 %</b>" in shown
    assert "Link slow, 1 kB/s" in shown
    assert shown.count("1 min left") == 2  # on the board, and beside the brief
    assert "Briefs <span>1</span>" in shown
    silent_for(upload, timedelta(minutes=37))
    Upload.objects.update(begun_at=timezone.now() - timedelta(minutes=50))
    assert "50 %, offline 37 min" in page()

    Upload.objects.update(status=Upload.Status.RECEIVED, received_at=timezone.now())
    factories.ClipFactory(
        storyteller=upload.storyteller,
        consent=False,
        brief=brief,
        status=Clip.Status.PROCESSING,
        progress=64,
        ready_at=None,
    )
    Brief.objects.update(status=Brief.Status.RECEIVED, received_at=timezone.now())
    assert "Preparing, 64 %" in page()
