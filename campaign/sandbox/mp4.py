"""Is this file a plausible MP4, and how long and large is its picture?

Reads boxes only (ISO 14496-12), decodes nothing.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MIN_SECONDS, MAX_SECONDS = 0.5, 140.0


class NotPlayable(ValueError):
    """X would say that the video is not valid; the message says why."""


@dataclass(frozen=True)
class Facts:
    """What the header says."""

    duration_ms: int
    width: int
    height: int


def inspect(data: bytes) -> Facts:
    """The facts of a whole file, or NotPlayable."""
    boxes = dict(_boxes(data))
    if b"ftyp" not in boxes:
        raise NotPlayable("no file type")
    if b"moov" not in boxes or b"mdat" not in boxes:
        raise NotPlayable("no header or no picture data")
    movie = list(_boxes(boxes[b"moov"]))
    seconds = _seconds(next((body for name, body in movie if name == b"mvhd"), b""))
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:
        raise NotPlayable(f"lasts {seconds:.1f} s")
    sizes = [_size(body) for name, body in movie if name == b"trak"]
    width, height = max(sizes, default=(0, 0))
    if not width or not height:
        raise NotPlayable("no picture")
    return Facts(duration_ms=round(seconds * 1000), width=width, height=height)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, position)
        head = 8
        if size == 1 and position + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, position + 8)
            head = 16
        elif size == 0:
            size = len(data) - position
        if size < head or position + size > len(data):
            raise NotPlayable("cut off or damaged")
        yield name, data[position + head : position + size]
        position += size


def _seconds(header: bytes) -> float:
    try:
        if header[0] == 1:
            timescale, duration = struct.unpack_from(">IQ", header, 20)
        else:
            timescale, duration = struct.unpack_from(">II", header, 12)
    except (IndexError, struct.error):
        raise NotPlayable("no movie header") from None
    return float(duration / timescale) if timescale else 0.0


def _size(track: bytes) -> tuple[int, int]:
    """Width and height in pixels; zero for sound."""
    for name, body in _boxes(track):
        if name == b"tkhd" and len(body) >= 8:
            width, height = struct.unpack(">II", body[-8:])
            return width >> 16, height >> 16
    return 0, 0
