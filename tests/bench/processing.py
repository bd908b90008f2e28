"""Preparing a 20 s film of 1080p, against the same FFmpeg commands run bare.

What our own part adds (looking, the cage, hashing, the search for traces) must stay small.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from tests.videos import films
from videos.processing import encode, limits
from videos.processing.prepare import prepare

GOAL = 1.2
SECONDS = 20.0
ROUNDS = 2


def run() -> dict[str, Any]:
    """Seconds of wall time, the best of two rounds each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = films.phone_film(folder / "phone.mp4", size="1920x1080", seconds=SECONDS)
        ours, bare = [], []
        for number in range(ROUNDS):
            work = folder / f"work-{number}"
            work.mkdir()
            commands, seconds = _prepare(source, work)
            ours.append(seconds)
            bare.append(_bare(commands, work))
    value, baseline = min(ours), min(bare)
    ratio = value / baseline
    return {
        "value": round(value, 1),
        "unit": "s for 20 s of 1080p",
        "baseline": f"{baseline:.1f} s bare",
        "ratio": round(ratio, 2),
        "goal": f"≤ {GOAL} × bare",
        "ok": ratio <= GOAL,
    }


def _prepare(source: Path, work: Path) -> tuple[list[list[str]], float]:
    """The commands that FFmpeg was given, and the time of all of it."""
    commands: list[list[str]] = []
    real = limits.run

    def noted(arguments: Sequence[str | Path], **bounds: Any) -> limits.Outcome:
        if str(arguments[0]) == encode.ffmpeg():
            commands.append([str(one) for one in arguments])
        return real(arguments, **bounds)

    with mock.patch.object(limits, "run", noted):
        began = time.monotonic()
        prepare(source, folder=work)
        return commands, time.monotonic() - began


def _bare(commands: list[list[str]], work: Path) -> float:
    """The same without anything of ours around it, and as polite to the machine."""
    began = time.monotonic()
    for command in commands:
        subprocess.run(
            command,
            check=True,
            cwd=work,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: os.nice(10) and None,
        )
    return time.monotonic() - began
