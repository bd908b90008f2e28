"""From a film as it came to the files that may be shown: look, re-encode, shrink, check."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from videos.processing import edits, encode, probe
from videos.processing.edits import Edits
from videos.processing.probe import Film, Reason, RefusedFilmError
from videos.processing.traces import traces

BLOCK = 1024 * 1024
# How much of the work is done when the re-encode, the preview and the poster are ready.
ENCODED = 80
PREVIEWED = 94
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
    main = folder / "network.mp4"
    encode.for_network(
        source,
        film,
        main,
        changes=changes,
        on_progress=lambda part: on_progress(round(part * ENCODED)),
    )
    result = probe.examine(main, folder=folder)
    wanted = changes.seconds(film.seconds)
    if result.seconds < wanted * COMPLETE:
        raise RefusedFilmError(Reason.CUT_OFF, f"{result.seconds:.1f} of {wanted:.1f} s")
    on_progress(ENCODED)
    small = folder / "preview.mp4"
    encode.preview(main, small)
    on_progress(PREVIEWED)
    still = folder / "poster.jpg"
    encode.poster(main, still, seconds=result.seconds)
    on_progress(100)
    return Prepared(
        film=film,
        files=(
            _made("post", main, "video/mp4", result),
            _made("preview", small, "video/mp4", probe.examine(small, folder=folder)),
            _made("poster", still, "image/jpeg", result),
        ),
    )


def digest(path: Path) -> str:
    """The sha256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _made(kind: str, path: Path, content_type: str, shown: Film) -> Made:
    if found := traces(path):
        raise RefusedFilmError(Reason.NOT_CLEAN, f"{kind}: {', '.join(found)}"[:500])
    picture = content_type.startswith("image/")
    width, height = shown.width, shown.height
    if picture:
        with Image.open(path) as image:
            width, height = image.size
    return Made(
        kind=kind,
        path=path,
        content_type=content_type,
        width=width,
        height=height,
        seconds=0.0 if picture else shown.seconds,
        size=path.stat().st_size,
        sha256=digest(path),
    )
