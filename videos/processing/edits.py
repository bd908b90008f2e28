"""What London changes in a clip: where it begins and ends, what is hidden, what is written in it.

All of it is applied in the one re-encode of the original, so that nothing unprotected is ever
made into a file that could be posted.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from videos.processing import subtitles

#: Boxes are moved this often, in seconds, as often as the picture changes.
STEP = 1 / 30
#: So much is added on each side of a drawn box: hands draw tightly, and faces move between keys.
MARGIN = 0.02
FILL = "0x161512"
MAX_BOXES = 12
MAX_KEYS = 400


class Voice(enum.StrEnum):
    KEPT = "kept"
    CHANGED = "changed"
    REMOVED = "removed"


# Lower, narrower, trembling, in one pass. Harder to recognise; a determined person may undo a part
# of it, so that people at high risk are given no voice at all.
CHANGED_VOICE = (
    "aresample=48000,asetrate=48000*0.80,aresample=48000,atempo=1.25,"
    "vibrato=f=6.3:d=0.22,highpass=f=170,lowpass=f=3000"
)


@dataclass(frozen=True, slots=True)
class Key:
    """Where a box is at a moment (ms of the original): parts of the picture, 0 to 1."""

    at: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Box:
    """Something hidden from its first key to its last, or to the end; it moves straight between."""

    keys: tuple[Key, ...]
    to_end: bool = True

    def place(self, at: float) -> Key | None:
        """Where it is at `at` ms; None while it is not there."""
        first, last = self.keys[0], self.keys[-1]
        if at < first.at - STEP * 1000 or (at > last.at + STEP * 1000 and not self.to_end):
            return None
        before = max((key for key in self.keys if key.at <= at), key=lambda k: k.at, default=first)
        after = min((key for key in self.keys if key.at > at), key=lambda k: k.at, default=last)
        if after.at <= before.at:
            return before
        part = (at - before.at) / (after.at - before.at)
        return Key(
            round(at),
            *(
                getattr(before, name) + (getattr(after, name) - getattr(before, name)) * part
                for name in ("left", "top", "width", "height")
            ),
        )


@dataclass(frozen=True, slots=True)
class Edits:
    """Nothing changed, unless said otherwise. Times in seconds of the original."""

    start: float = 0.0
    end: float | None = None
    boxes: tuple[Box, ...] = ()
    voice: Voice = Voice.KEPT
    captions: tuple[subtitles.Segment, ...] = ()
    language: str = ""

    def seconds(self, whole: float) -> float:
        """How long the clip is when it is cut from a film of `whole` seconds."""
        return max(0.0, min(self.end or whole, whole) - self.start)


NONE = Edits()


def filters(edits: Edits, *, width: int, height: int, seconds: float, folder: Path) -> list[str]:
    """The steps after the film stands in its shape: boxes first, words over them.

    Writes the helpers that FFmpeg reads into `folder`, from which it has to be run.
    """
    steps: list[str] = []
    if edits.boxes:
        (folder / "boxes.txt").write_text("".join(_commands(edits, width, height, seconds)))
        steps.append("sendcmd=f=boxes.txt")
        steps += [
            f"drawbox@box{number}=x=0:y=0:w=1:h=1:t=fill:color={FILL}"
            for number in range(len(edits.boxes))
        ]
    if edits.captions:
        _lay_out(edits, width, height, folder)
        steps.append("subtitles=f=captions.ass:fontsdir=fonts")
    return steps


def _lay_out(edits: Edits, width: int, height: int, folder: Path) -> None:
    script = subtitles.to_ass(edits.captions, language=edits.language, width=width, height=height)
    (folder / "captions.ass").write_text(script, encoding="utf-8")
    fonts = folder / "fonts"
    fonts.mkdir(exist_ok=True)
    font = subtitles.font_file()
    if not (fonts / "captions.ttf").exists():
        (fonts / "captions.ttf").symlink_to(font.resolve())


def _commands(edits: Edits, width: int, height: int, seconds: float) -> Iterator[str]:
    """One line for each moment at which boxes move, on the clock of the cut clip."""
    before: list[tuple[int, int, int, int] | None] = [None] * len(edits.boxes)
    for number in range(int(seconds / STEP) + 2):
        at = number * STEP
        said = []
        for index, box in enumerate(edits.boxes):
            where = _pixels(box.place((edits.start + at) * 1000), width, height)
            if where != before[index]:
                before[index] = where
                names = zip("xywh", where, strict=True)
                said += [f"drawbox@box{index} {name} {value}" for name, value in names]
        if said:
            # A little early: a box that comes late has shown a face.
            yield f"{max(0.0, at - STEP / 2):.4f} {', '.join(said)};\n"


def _pixels(key: Key | None, width: int, height: int) -> tuple[int, int, int, int]:
    if key is None:
        return (0, 0, 1, 1)
    left = max(0, int((key.left - MARGIN) * width))
    top = max(0, int((key.top - MARGIN) * height))
    right = min(width, int((key.left + key.width + MARGIN) * width) + 1)
    bottom = min(height, int((key.top + key.height + MARGIN) * height) + 1)
    return left, top, max(1, right - left), max(1, bottom - top)
