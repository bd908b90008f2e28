"""`python -m tests.bench.uploading FILM`: uploads a film as the worker does.

Prints how many seconds and how many megabytes above idle it took, as JSON.
"""

import json
import sys
import time
from pathlib import Path

import django

django.setup()

from responders.actions import media  # noqa: E402  Django first
from responders.models import MediaUpload  # noqa: E402
from tests.bench.upload import account  # noqa: E402
from videos.models import Rendition  # noqa: E402


def main(film_id: int) -> None:
    film = Rendition.objects.select_related("clip").get(pk=film_id)
    upload = media.want(film.clip, account())
    assert upload is not None
    idle = _memory("VmRSS")
    began = time.monotonic()
    media.upload(upload.pk)
    ours = time.monotonic() - began
    memory = _memory("VmHWM") - idle
    state = MediaUpload.objects.get(pk=upload.pk)
    assert state.bytes_sent == film.bytes, state.failure
    sys.stdout.write(json.dumps({"seconds": ours, "memory": memory}))


def _memory(name: str) -> float:
    """In megabytes, as the kernel counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))
