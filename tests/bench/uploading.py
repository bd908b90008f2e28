"""Uploads a large film as the worker does, then in a bare loop; prints what both took, as JSON."""

import hashlib
import json
import sys
import time
from pathlib import Path

import django
import requests

django.setup()

from django.conf import settings  # noqa: E402  Django first
from django.core.files.base import File  # noqa: E402
from django.core.files.storage import default_storage  # noqa: E402

from campaign.models import Account  # noqa: E402
from campaign.networks import x  # noqa: E402
from campaign.sandbox.credentials import CAMPAIGN  # noqa: E402
from responders.actions import media  # noqa: E402
from responders.models import MediaUpload  # noqa: E402
from tests import factories  # noqa: E402
from tests.responders.fakes import box, small_film  # noqa: E402
from videos.models import Rendition  # noqa: E402

MEGABYTES = 100


def main() -> None:
    account, film = _account(), _film()
    upload = media.want(film.clip, account)
    assert upload is not None
    idle = _memory("VmRSS")
    began = time.monotonic()
    media.upload(upload.pk)
    ours = time.monotonic() - began
    memory = _memory("VmHWM") - idle
    state = MediaUpload.objects.get(pk=upload.pk)
    assert state.bytes_sent == film.bytes, state.failure
    result = {"ours": ours, "memory": memory, "bare": _bare(film)}
    sys.stdout.write(json.dumps(result))


def _account() -> Account:
    known = Account.objects.filter(external_id=CAMPAIGN["id"]).first()
    made: Account = known or factories.AccountFactory(
        external_id=CAMPAIGN["id"],
        handle=CAMPAIGN["handle"],
        credentials=dict(CAMPAIGN["credentials"]),
    )
    return made


def _film() -> Rendition:
    """In the storage, and never whole in memory."""
    clip = factories.ClipFactory()
    path = Path(settings.DATA_DIR) / "large.mp4"
    head, size = small_film(), MEGABYTES * media.CHUNK
    filler = box(b"free", b"\0" * (media.CHUNK - 8))
    with path.open("wb") as file:
        file.write(head)
        for _ in range(MEGABYTES - 1):
            file.write(filler)
        rest = size - file.tell()
        file.write(box(b"free", b"\0" * (rest - 8)))
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(media.CHUNK):
            digest.update(part)
    with path.open("rb") as file:
        name = default_storage.save("renditions/large.mp4", File(file))
    films = Rendition.objects.filter(clip=clip, kind=Rendition.Kind.POST)
    films.update(file=name, bytes=size, sha256=digest.hexdigest())
    return films.select_related("clip").get()


def _memory(name: str) -> float:
    """In megabytes, as the kernel counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def _bare(film: Rendition) -> float:
    """The same pieces by requests alone, signed as X wants it."""
    auth = x.XApi(_account().credentials, base_url=settings.X_API_URL).as_user
    began = time.monotonic()
    with requests.Session() as session, default_storage.open(film.file, "rb") as source:
        start = {
            "media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": film.bytes,
        }  # fmt: skip
        address = f"{settings.X_API_URL}/2/media/upload"
        answer = session.post(f"{address}/initialize", json=start, auth=auth, timeout=60)
        number = answer.json()["data"]["id"]
        index = 0
        while chunk := source.read(media.CHUNK):
            session.post(
                f"{address}/{number}/append",
                data={"segment_index": str(index)},
                files={"media": ("chunk", chunk, "application/octet-stream")},
                auth=auth,
                timeout=60,
            ).raise_for_status()
            index += 1
        session.post(f"{address}/{number}/finalize", auth=auth, timeout=60).raise_for_status()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
