"""A film of 100 MB on its way to the network: memory above idle, and the rate of it.

A process of its own (`python -m tests.bench.uploading`) uploads it as the worker does. The baseline
sends the same pieces to the same sandbox in a bare loop of requests, before it and after it: a
sandbox that has had a film already is quicker.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import mean
from typing import Any

import requests
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from campaign.env import BASE_DIR
from campaign.models import Account
from campaign.networks import x
from campaign.sandbox.credentials import CAMPAIGN
from responders.actions import media
from tests import factories
from tests.responders.fakes import box, small_film
from tests.sandbox.server import running_sandbox
from videos.models import Rendition

MEGABYTES = 100
MEMORY, RATE = 40.0, 0.8


def run() -> dict[str, Any]:
    """Megabytes above idle; the ratio is of the rates."""
    film = _film()
    with running_sandbox() as sandbox:
        before = _bare(film, sandbox.base_url)
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.uploading", str(film.pk)],
            cwd=BASE_DIR,
            env=os.environ | {"X_API_URL": sandbox.base_url},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        bare = mean([before, _bare(film, sandbox.base_url)])
    found = json.loads(done.stdout)
    ratio = bare / found["seconds"]
    return {
        "value": round(found["memory"], 1),
        "unit": f"MB above idle ({found['seconds']:.2f} s)",
        "baseline": f"{bare:.2f} s",
        "ratio": round(ratio, 2),
        "goal": f"≤ {MEMORY:.0f} MB, ≥ {RATE} of the rate",
        "ok": found["memory"] <= MEMORY and ratio >= RATE,
    }


def account() -> Account:
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


def _bare(film: Rendition, sandbox: str) -> float:
    """The same pieces by requests alone, signed as X wants it: seconds."""
    auth = x.XApi(account().credentials, base_url=sandbox).as_user
    began = time.monotonic()
    with requests.Session() as session, default_storage.open(film.file, "rb") as source:
        start = {
            "media_type": "video/mp4", "media_category": "tweet_video", "total_bytes": film.bytes,
        }  # fmt: skip
        address = f"{sandbox}/2/media/upload"
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
