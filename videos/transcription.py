"""Where a transcriber can be plugged in. Without one, people type what they hear.

`TRANSCRIBER` names a function `(path, *, language) -> [(start, end, text), …]`, times in
milliseconds of the film at `path`, an mp4 of 360 lines. What a machine heard is always read by a
person before anybody else sees it.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from videos.processing import subtitles
from videos.processing.subtitles import Segment

log = logging.getLogger(__name__)


class Transcriber(Protocol):
    def __call__(self, path: Path, *, language: str) -> Sequence[tuple[int, int, str]]: ...


def is_there() -> bool:
    return bool(settings.TRANSCRIBER)


def transcribe(path: Path, *, language: str) -> list[Segment]:
    """What is said in the film; empty when nothing was heard or the plug-in failed (logged)."""
    if not settings.TRANSCRIBER:
        return []
    try:
        transcriber: Transcriber = import_string(settings.TRANSCRIBER)
        heard = transcriber(path, language=language)
        return subtitles.tidy(Segment(int(start), int(end), text) for start, end, text in heard)
    except Exception:
        log.exception("the transcriber %s failed", settings.TRANSCRIBER)
        return []
