"""Finds what a finished file still says about where, when and with what it was made.

Nothing leaves this building with such a trace; the answer for every file that we show is `[]`.
"""

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import av
from PIL import Image

# What FFmpeg writes of itself in every mp4, and what says nothing about anybody.
HARMLESS = {
    "major_brand": None,
    "minor_version": None,
    "compatible_brands": None,
    "language": {"und"},
    "handler_name": {"VideoHandler", "SoundHandler"},
    "vendor_id": {"[0][0][0][0]"},
}
HOLDS_BOXES = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}
SPEAKS = {b"udta", b"meta", b"uuid", b"XMP_", b"Exif", b"gps "}
HAS_DATES = {b"mvhd", b"tkhd", b"mdhd"}
PATTERNS = {
    "a position": rb"[+-]\d{1,3}\.\d{3,}[+-]\d{1,3}\.\d{3,}",
    "Exif": rb"Exif\x00\x00",
    "XMP": rb"http://ns\.adobe\.com/xap|<x:xmpmeta",
    "a QuickTime tag": rb"com\.apple\.quicktime|com\.android\.|\xa9xyz|\xa9mak|\xa9mod|\xa9day",
    "an encoder's note": rb"x264 - core|Lavf\d|Lavc\d",
}
# The table of notes that FFmpeg writes with nothing in it.
NO_NOTES = (
    b"\x00\x00\x00\x35meta"
    + bytes(4)
    + b"\x00\x00\x00\x21hdlr"
    + bytes(8)
    + b"mdirappl"
    + bytes(9)
    + b"\x00\x00\x00\x08ilst"
)
BLOCK = 1024 * 1024
OVERLAP = 256
SHOWING = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def traces(path: Path) -> list[str]:
    """Every trace of place, time or device in a film or picture; empty if it is clean."""
    found = [f"bytes: {name}" for name in _patterns(path)]
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(0)
        if head[:2] == b"\xff\xd8":
            return found + _picture_traces(path)
        if head[4:8] == b"ftyp":
            found += _boxes(file, end=path.stat().st_size)
    return found + _tags(path)


def _patterns(path: Path) -> Iterator[str]:
    """Known words anywhere in the file, also in what no reader of the format would look at."""
    left = dict(PATTERNS)
    with path.open("rb") as file:
        before = b""
        while block := file.read(BLOCK):
            window = before + block
            for name in [name for name, pattern in left.items() if re.search(pattern, window)]:
                del left[name]
                yield name
            before = window[-OVERLAP:]


def _tags(path: Path) -> list[str]:
    """Tags of the file and its streams, chapters, and tracks beside picture and sound."""
    found = []
    with av.open(str(path), container_options={"protocol_whitelist": "file"}) as container:
        tags = [("file", container.metadata)]
        for stream in container.streams:
            tags.append((stream.type, stream.metadata))
            if stream.type not in {"video", "audio"}:
                found.append(f"a track of {stream.type}")
        if container.chapters():
            found.append("chapters")
    for place, metadata in tags:
        for name, value in metadata.items():
            allowed = HARMLESS.get(name, set())
            if allowed is not None and value not in allowed:
                found.append(f"{place}: {name}={value}")
    return found


def _boxes(file: BinaryIO, *, end: int) -> list[str]:
    """Walk the boxes of an mp4: those that hold notes, and headers that hold a date."""
    found: list[str] = []
    while file.tell() + 8 <= end:
        start = file.tell()
        size, name = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        stop = start + size if size >= 8 else end
        if name in SPEAKS and file.read(max(0, min(stop - file.tell(), BLOCK))) != NO_NOTES:
            found.append(f"box: {name.decode('latin-1').strip()}")
        elif name in HAS_DATES and any(file.read(12)[4:12]):
            found.append(f"box: a date in {name.decode()}")
        elif name in {b"free", b"skip"} and any(file.read(max(0, stop - file.tell()))):
            found.append(f"box: words in {name.decode()}")
        if name in HOLDS_BOXES:
            found += _boxes(file, end=min(stop, end))
        file.seek(min(stop, end))
    return found


def _picture_traces(path: Path) -> list[str]:
    with Image.open(path) as image:
        found = [f"picture: {name}" for name in image.info if name not in SHOWING]
        if image.getexif():
            found.append("picture: Exif tags")
        segments = getattr(image, "applist", [])
        found += [f"picture: {name} segment" for name, _ in segments if name != "APP0"]
    return found
