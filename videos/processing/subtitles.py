"""Captions in and out: from a stranger's subtitle file to plain segments, and back to SRT and VTT.

A subtitle file can carry styles, positions, drawings and font names. None of that comes through:
what is parsed is text and times, and everything that is written is written anew from those.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pysubs2
from pysubs2.exceptions import Pysubs2Error

MAX_BYTES = 512 * 1024
MAX_SEGMENTS = 2_000
MAX_LETTERS = 400
#: The longest that a clip can be; a time beyond it is no time of a clip.
MAX_TIME = 10 * 60 * 1000
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "ps", "ckb", "ku-arab", "sd", "ug", "yi"})
#: U+202B … U+202C: the base direction of a line, told to renderers that guess it wrong.
EMBED, END = "\u202b", "\u202c"

_OVERRIDE = re.compile(r"\{[^{}]*\}")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>")
# Every control but the line break; and the signs that would reorder what others read.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


class SubtitlesError(Exception):
    """The file is not one that captions can be taken from; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Segment:
    """What is said between two moments, in milliseconds."""

    start: int
    end: int
    text: str


def read(data: bytes) -> list[Segment]:
    """The segments of an SRT, VTT, ASS or other subtitle file, in order.

    Raises `SubtitlesError`. Override tags, styles, positions and drawings are dropped.
    """
    if len(data) > MAX_BYTES:
        raise SubtitlesError("This file is larger than 512 kB. Choose the subtitles of one clip.")
    try:
        parsed = pysubs2.SSAFile.from_string(_decode(data))
    except (Pysubs2Error, ValueError, ArithmeticError, LookupError) as error:
        raise SubtitlesError(
            "These are no subtitles that we can read. Save them as SRT or VTT."
        ) from error
    spoken = [event for event in parsed if not event.is_comment and not event.is_drawing]
    segments = tidy(Segment(one.start, one.end, one.plaintext) for one in spoken)
    if not segments:
        raise SubtitlesError("There is no text with a time in this file.")
    return segments


def tidy(segments: Iterable[Segment], *, until: int = MAX_TIME) -> list[Segment]:
    """Plain text in order of time, none before 0 or after `until`, none over another."""
    kept: list[Segment] = []
    for one in sorted(segments, key=lambda one: (one.start, one.end)):
        start, end = max(0, one.start), min(one.end, until)
        text = plain(one.text)
        if not text or start >= end:
            continue
        if kept and kept[-1].end > start:
            kept[-1] = Segment(kept[-1].start, start, kept[-1].text)
            if kept[-1].start >= start:
                kept.pop()
        kept.append(Segment(start, end, text))
        if len(kept) > MAX_SEGMENTS:
            raise SubtitlesError("More than 2,000 captions: that is not one clip.")
    return kept


def plain(text: str) -> str:
    """Text alone: no override tag, no markup, no control letters, at most three lines."""
    text = text.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    text = _CONTROL.sub("", _MARKUP.sub("", _OVERRIDE.sub("", text)))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join([line for line in lines if line][:3])[:MAX_LETTERS]


def shift(segments: Iterable[Segment], *, start: int, end: int) -> list[Segment]:
    """The segments as a clip that was cut to `start`–`end` shows them."""
    moved = (Segment(one.start - start, one.end - start, one.text) for one in segments)
    return tidy(moved, until=end - start)


def to_srt(segments: Iterable[Segment]) -> str:
    return _write(segments, "srt")


def to_vtt(segments: Iterable[Segment]) -> str:
    return _write(segments, "vtt")


def to_ass(segments: Iterable[Segment], *, language: str, width: int, height: int) -> str:
    """Captions to be burned into a picture of this size, in the language's own direction.

    FFmpeg's libass shapes Arabic rightly but takes every line for left to right unless the style
    says `Encoding: -1` (its way to say "find out") and the line is embedded. [tried]
    """
    document = pysubs2.SSAFile()
    document.info |= {"PlayResX": str(width), "PlayResY": str(height), "WrapStyle": "0"}
    document.info["ScaledBorderAndShadow"] = "yes"
    size = round(min(width, height) * 0.068)
    document.styles["Default"] = pysubs2.SSAStyle(
        fontname=FONT,
        fontsize=size,
        primarycolor=pysubs2.Color(255, 255, 255),
        backcolor=pysubs2.Color(0, 0, 0, 96),
        outlinecolor=pysubs2.Color(22, 21, 18, 40),
        borderstyle=3,
        outline=round(size * 0.22),
        shadow=0,
        marginl=round(width * 0.07),
        marginr=round(width * 0.07),
        marginv=round(height * 0.06),
        alignment=pysubs2.Alignment.BOTTOM_CENTER,
        encoding=-1,
    )
    leftwards = runs_left(language)
    for one in segments:
        lines = [_escape(line) for line in one.text.split("\n")]
        if leftwards:
            lines = [f"{EMBED}{line}{END}" for line in lines]
        document.append(pysubs2.SSAEvent(one.start, one.end, text="\\N".join(lines)))
    return document.to_string("ass")


def runs_left(language: str) -> bool:
    """Whether the language is written from right to left."""
    code = language.lower()
    return code in RIGHT_TO_LEFT or code.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT


FONT = "Noto Sans Arabic"


def font_file() -> Path:
    """The font that captions are burned with; it has Latin letters too."""
    folder = Path(str(files("fontpkg_noto_sans_arabic"))) / "files"
    return next(folder.glob("*.ttf"))


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16") if data[:2] in UTF16 else ("utf-8-sig",):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeError:
            continue
    raise SubtitlesError("This file is not in UTF-8. Save it as UTF-8, and send it again.")


UTF16 = (b"\xff\xfe", b"\xfe\xff")


def _escape(line: str) -> str:
    """Braces and backslashes mean something to the renderer; as text they are harmless twins."""
    return line.replace("\\", "⧵").replace("{", "(").replace("}", ")")


def _write(segments: Iterable[Segment], kind: str) -> str:
    document = pysubs2.SSAFile()
    for one in segments:
        lines = [_escape(line).replace("-->", "→") for line in one.text.split("\n")]
        document.append(pysubs2.SSAEvent(one.start, one.end, text="\\N".join(lines)))
    written: str = document.to_string(kind)
    return written
