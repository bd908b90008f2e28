"""From *safely in London* to the shelf: one worker on one core, one film after the other.

The baseline is the length of the films themselves.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files import File

from tests import factories
from tests.bench.figures import p50, p95
from tests.videos import films
from videos.actions import footage, preparing
from videos.models import Clip

GOAL = 1.5
SECONDS = 8.0
FILMS = 5


@contextmanager
def one_core() -> Iterator[None]:
    """This process and its children keep to one core, where the system lets us say so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _processor() -> float:
    """Seconds of processor that this process and its children have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def run() -> dict[str, Any]:
    """Seconds from the commit that keeps the film to the one that shelves it, as parts of 8 s."""
    storyteller = factories.ConsentFactory().storyteller
    crew = factories.crew(storyteller.place)
    took: list[float] = []
    worked: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILMS):
            film = Path(folder) / f"{number}.mp4"
            films.phone_film(film, size="1280x720", seconds=SECONDS + number / 100)
            with film.open("rb") as file:
                clip = footage.receive(
                    File(file),
                    footage.Telling(title=f"Film {number}", language="en"),
                    storyteller=storyteller,
                    by=crew,
                )
            with one_core():
                began, used = time.monotonic(), _processor()
                preparing.process(clip.pk)
                took.append(time.monotonic() - began)
                worked.append(_processor() - used)
    done = Clip.objects.ready().count()
    value = p95(took)
    return {
        "value": round(value, 1),
        # The processor's time is what a core that is not free would have needed.
        "unit": f"s p95 (median {p50(took):.1f}; {p95(worked):.1f} s of processor)",
        "baseline": f"{SECONDS:.0f} s long",
        "ratio": round(value / SECONDS, 2),
        "goal": f"≤ {GOAL} × its length",
        "ok": done == FILMS and value <= GOAL * SECONDS,
    }
