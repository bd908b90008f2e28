"""Films made on the spot for tests: what phones send, and what nobody should send."""

import subprocess
from pathlib import Path

from django.core.files.storage import default_storage

from videos.processing import encode

# What a phone notes beside a film.
PHONE = {
    "location": "+03.7146+034.8711/",
    "com.apple.quicktime.location.ISO6709": "+03.7146+034.8711+531.000/",
    "com.apple.quicktime.make": "Apple",
    "com.apple.quicktime.model": "iPhone 15",
    "make": "Fairphone",
    "model": "FP5",
    "creation_time": "2026-11-20T14:03:11.000000Z",
    "artist": "A name",
    "comment": "Block 4, near the well",
}


def ffmpeg(*arguments: str | Path) -> None:
    command = [encode.ffmpeg(), "-hide_banner", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def film(
    path: Path,
    *,
    size: str = "320x180",
    seconds: float = 1.0,
    rate: int = 15,
    sound: bool = True,
    codec: str = "libx264",
    extra: tuple[str, ...] = (),
) -> Path:
    """A moving test picture with a tone, in the format that the name's ending says."""
    source = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"]
    if sound:
        source += ["-f", "lavfi", "-i", f"sine=frequency=330:sample_rate=44100:duration={seconds}"]
    ffmpeg(*source, "-c:v", codec, "-pix_fmt", "yuv420p", *extra, path)
    return path


def phone_film(path: Path, *, size: str = "320x180", seconds: float = 1.0) -> Path:
    """A film with everything in it that a phone notes about where, when and with what."""
    notes = [word for name, value in PHONE.items() for word in ("-metadata", f"{name}={value}")]
    return film(
        path,
        size=size,
        seconds=seconds,
        extra=(
            *notes,
            "-metadata:s:v",
            "handler_name=Core Media Video",
            "-movflags",
            "use_metadata_tags",
        ),
    )


def turned(path: Path, *, degrees: int) -> Path:
    """A film that a phone held upright: stored lying, with the word to turn it."""
    lying = film(path.with_name(f"lying-{path.name}"))
    ffmpeg("-display_rotation", str(degrees), "-i", lying, "-c", "copy", path)
    return path


def hdr(path: Path, *, transfer: str) -> Path:
    """A film in HLG (arib-std-b67) or PQ (smpte2084), ten bits, as phones make it."""
    colours = f"color_primaries=bt2020:colorspace=bt2020nc:color_trc={transfer}"
    return film(
        path,
        codec="libx265",
        extra=(
            *("-vf", f"format=yuv420p10le,setparams={colours}", "-pix_fmt", "yuv420p10le"),
            *("-tag:v", "hvc1", "-x265-params", "log-level=none"),
        ),
    )


def two_pictures(path: Path) -> Path:
    single = film(path.with_name(f"single-{path.name}"), sound=False)
    ffmpeg("-i", single, "-i", single, "-map", "0:v", "-map", "1:v", "-c", "copy", path)
    return path


def only_sound(path: Path) -> Path:
    ffmpeg("-f", "lavfi", "-i", "sine=frequency=330:duration=2", "-c:a", "aac", path)
    return path


def cut_off(path: Path) -> Path:
    """The index is there, most of the picture is not."""
    whole = film(path.with_name(f"whole-{path.name}"), seconds=4, extra=("-movflags", "+faststart"))
    data = whole.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def with_tail(path: Path, tail: bytes) -> Path:
    """A film that is something else too, for whoever reads it from its end."""
    film(path)
    path.write_bytes(path.read_bytes() + tail)
    return path


def lying_duration(path: Path, *, seconds: int) -> Path:
    """A film whose header declares another length than it has."""
    film(path, sound=False)
    data = bytearray(path.read_bytes())
    header = data.index(b"mvhd") + 4
    scale = int.from_bytes(data[header + 12 : header + 16])
    data[header + 16 : header + 20] = (seconds * scale).to_bytes(4)
    path.write_bytes(data)
    return path


def stored(name: str) -> bytes:
    """What the storage has under a name."""
    with default_storage.open(name) as file:
        data: bytes = file.read()
        return data
