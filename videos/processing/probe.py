"""What a film is, found out by looking, and whether we can take it."""

import enum
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from videos.processing import limits

INSPECTOR = Path(__file__).with_name("inspector.py")
FORMATS = "mov,matroska,webm,mpegts,avi,3gp"
# What phones, cameras and editing programs make; FFmpeg's museum of old decoders stays shut.
CODECS = (
    "h264,hevc,vp8,vp9,av1,libdav1d,mpeg4,h263,mjpeg,prores,mpeg2video,mpeg1video,dvvideo,dnxhd,"
    "aac,aac_fixed,alac,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,libvorbis,amrnb,amrwb,"
    "ac3,eac3,flac,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,pcm_mulaw,"
    "pcm_alaw,png"
)
MAX_PIXELS = 35_389_440
MAX_BYTES: int = settings.FOOTAGE_MAX_BYTES
MIN_SECONDS = 0.5
MAX_SECONDS: float = settings.FOOTAGE_MAX_SECONDS
MIN_SIDE = 48
_MINUTES, _SECONDS = divmod(int(MAX_SECONDS), 60)
# Below this part of the frames that its own index lists, a film has lost its end.
WHOLE = 0.97
PQ = 16
HLG = 18
LOOKING_TIME = 60.0


class Reason(enum.StrEnum):
    """Why a film cannot be used; the values are stored."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    NOT_A_VIDEO = "not_a_video"
    NO_PICTURE = "no_picture"
    SEVERAL_PICTURES = "several_pictures"
    UNREADABLE = "unreadable"
    CUT_OFF = "cut_off"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    NOT_CLEAN = "not_clean"
    LOST = "lost"
    BROKEN = "broken"

    @property
    def may_pass(self) -> bool:
        """Whether the same film may be prepared when it is tried once more."""
        return self in {Reason.UNREADABLE, Reason.TOO_SLOW, Reason.NOT_CLEAN, Reason.BROKEN}

    @property
    def message(self) -> str | Promise:
        """What happened, and what to do next, in the words of the person who filmed."""
        return MESSAGES[self]


MESSAGES: dict[Reason, str | Promise] = {
    Reason.EMPTY: _("The file is empty. Send it again."),
    Reason.TOO_BIG: f"The file is larger than {MAX_BYTES // 1024**2} MB. "
    "Film again in 1080p, or cut it shorter.",
    Reason.NOT_A_VIDEO: _("This file is not a video that we can read. Choose the film itself."),
    Reason.NO_PICTURE: _("There is sound in this file, but no picture. Film again with picture."),
    Reason.SEVERAL_PICTURES: _("This file holds several films. Send them one by one."),
    Reason.UNREADABLE: _("The picture in this file cannot be read. Film again, or send a copy."),
    Reason.CUT_OFF: _("The end of this film is missing. Send it again."),
    Reason.TOO_SHORT: _("This film is shorter than half a second. Film again."),
    Reason.TOO_LONG: f"This film is longer than {_MINUTES} min {_SECONDS} s. "
    "Cut it shorter and send it again.",
    Reason.TOO_SMALL: _("The picture is too small to show. Film again in 720p or 1080p."),
    Reason.TOO_LARGE: _("The picture is larger than 8K. Film again in 1080p."),
    Reason.TOO_SLOW: _("This film took too long to prepare. Film again in 1080p, or shorter."),
    Reason.NOT_CLEAN: _("We could not remove every trace of place and device. London looks at it."),
    Reason.LOST: _("The file is not in our store any more. Send it again."),
    Reason.BROKEN: _("We could not prepare this film, three times over. London looks at it."),
}


class RefusedFilmError(Exception):
    """This film cannot be used; `reason` says why. Trying again changes nothing."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Film:
    """What a film is when it is shown: its size upright, in seconds that were counted."""

    format: str
    codec: str
    width: int
    height: int
    rotation: int
    seconds: float
    sound: bool
    transfer: int

    @property
    def hdr(self) -> bool:
        return self.transfer in {PQ, HLG}


def examine(path: Path, *, folder: Path) -> Film:
    """Look at the file at `path`, with `folder` to work in.

    Raises `RefusedFilmError`. Nothing that the file declares of itself is believed where it can
    be counted: its name, its type, its length in time.
    """
    size = path.stat().st_size
    if size == 0:
        raise RefusedFilmError(Reason.EMPTY)
    if size > MAX_BYTES:
        raise RefusedFilmError(Reason.TOO_BIG, f"{size} bytes")
    bounds = json.dumps({"formats": FORMATS, "codecs": CODECS, "pixels": MAX_PIXELS})
    outcome = limits.run(
        [sys.executable, "-I", INSPECTOR, path, bounds],
        folder=folder,
        seconds=LOOKING_TIME,
        file_size=1024**2,
    )
    if outcome.timed_out:
        raise RefusedFilmError(Reason.TOO_SLOW, "while looking at it")
    if not outcome.ok:
        raise RefusedFilmError(Reason.UNREADABLE, outcome.errors.strip()[-500:])
    return _judge(json.loads(outcome.output))


def _judge(facts: dict[str, Any]) -> Film:
    _check_streams(facts)
    _check_size(facts)
    _check_length(facts)
    if not facts["decodes"]:
        raise RefusedFilmError(Reason.UNREADABLE, "no frame decodes")
    width = round(facts["width"] * facts["sample_aspect"])
    height = facts["height"]
    if facts["rotation"] in {90, 270}:
        width, height = height, width
    return Film(
        format=facts["format"],
        codec=facts["codec"],
        width=width,
        height=height,
        rotation=facts["rotation"],
        seconds=facts["seconds"],
        sound=facts["sound"],
        transfer=facts["transfer"],
    )


def _check_streams(facts: dict[str, Any]) -> None:
    if "error" in facts:
        raise RefusedFilmError(Reason.NOT_A_VIDEO, facts["error"])
    if facts["films"] == 0:
        reason = Reason.NO_PICTURE if facts["sound"] else Reason.NOT_A_VIDEO
        raise RefusedFilmError(reason)
    if facts["films"] > 1:
        raise RefusedFilmError(Reason.SEVERAL_PICTURES, f"{facts['films']} streams")
    if not facts["codec"]:
        raise RefusedFilmError(Reason.UNREADABLE, "unknown codec")


def _check_size(facts: dict[str, Any]) -> None:
    width, height = facts["width"], facts["height"]
    if width * height > MAX_PIXELS:
        raise RefusedFilmError(Reason.TOO_LARGE, f"{width}x{height}")
    if min(width, height) < MIN_SIDE:
        raise RefusedFilmError(Reason.TOO_SMALL, f"{width}x{height}")
    if not 0.1 <= facts["sample_aspect"] <= 10:
        raise RefusedFilmError(Reason.UNREADABLE, f"pixels of {facts['sample_aspect']}:1")


def _check_length(facts: dict[str, Any]) -> None:
    declared = facts["declared_packets"]
    if declared and facts["packets"] < declared * WHOLE:
        raise RefusedFilmError(Reason.CUT_OFF, f"{facts['packets']} of {declared} frames")
    if facts["seconds"] > MAX_SECONDS:
        raise RefusedFilmError(Reason.TOO_LONG, f"{facts['seconds']:.1f} s")
    if facts["seconds"] < MIN_SECONDS:
        raise RefusedFilmError(Reason.TOO_SHORT, f"{facts['seconds']:.2f} s")
