"""From a film as it came to the files that may be shown: look, re-encode, check."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
from PIL import Image

from videos.processing import edits, encode, probe
from videos.processing.edits import Edits
from videos.processing.probe import Film, Reason, RefusedFilmError
from videos.processing.traces import traces

BLOCK = 1024 * 1024
# How much of the work is done when FFmpeg has ended, in percent.
ENCODED = 97
COMPLETE = 0.9


@dataclass(frozen=True, slots=True)
class Made:
    """One finished file: clean, hashed, ready to be stored."""

    kind: str
    path: Path
    content_type: str
    width: int
    height: int
    seconds: float
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the film was, and the files made from it."""

    film: Film
    files: tuple[Made, ...]


def prepare(
    source: Path,
    *,
    folder: Path,
    changes: Edits = edits.NONE,
    on_progress: Callable[[int], None] = lambda _: None,
) -> Prepared:
    """Make every file that we show from the film at `source`, in the fresh folder `folder`.

    `changes` are what London cut, hid and wrote. `on_progress` hears percents. Raises
    `RefusedFilmError` when the film cannot be used, also when a finished file still holds a trace
    of place, time or device: none such is returned.
    """
    film = probe.examine(source, folder=folder)
    made = encode.encode(
        source,
        film,
        folder=folder,
        changes=changes,
        on_progress=lambda part: on_progress(round(part * ENCODED)),
    )
    post = _made("post", made.post, "video/mp4")
    wanted = changes.seconds(film.seconds)
    if post.seconds < wanted * COMPLETE:
        raise RefusedFilmError(Reason.CUT_OFF, f"{post.seconds:.1f} of {wanted:.1f} s")
    preview = _made("preview", made.preview, "video/mp4")
    poster = _made("poster", made.poster, "image/jpeg")
    on_progress(100)
    return Prepared(film=film, files=(post, preview, poster))


def digest(path: Path) -> str:
    """The sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _made(kind: str, path: Path, content_type: str) -> Made:
    """A file that FFmpeg has just written, looked at and hashed. Raises when it has a trace."""
    if found := traces(path):
        raise RefusedFilmError(Reason.NOT_CLEAN, f"{kind}: {', '.join(found)}"[:500])
    width, height, seconds = _measure(path, content_type)
    return Made(
        kind=kind,
        path=path,
        content_type=content_type,
        width=width,
        height=height,
        seconds=seconds,
        size=path.stat().st_size,
        sha256=digest(path),
    )


def _measure(path: Path, content_type: str) -> tuple[int, int, float]:
    """Width, height and seconds (0 of a picture) of a file of our own making."""
    if content_type.startswith("image/"):
        with Image.open(path) as image:
            return (*image.size, 0.0)
    with av.open(str(path), container_options={"protocol_whitelist": "file"}) as container:
        film = container.streams.video[0]
        seconds = float(film.duration * film.time_base) if film.duration and film.time_base else 0.0
        return film.width, film.height, seconds
