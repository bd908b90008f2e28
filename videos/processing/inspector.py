"""Looks into one film and prints what it is as JSON: `python -I inspector.py PATH LIMITS`.

Runs as a child of `probe.examine`, under limits: PyAV parses a stranger's bytes here, and a crash
in it takes this process only. It imports PyAV and the standard library alone.
"""

import json
import sys
from typing import Any

import av

MAX_FRAMES_TRIED = 8


def _open(path: str, limits: dict[str, Any]) -> Any:
    return av.open(
        path,
        container_options={
            "format_whitelist": limits["formats"],
            "protocol_whitelist": "file",
            "codec_whitelist": limits["codecs"],
            "max_streams": "16",
            "probesize": "10000000",
        },
        metadata_errors="replace",
    )


def _is_picture(stream: Any) -> bool:
    """A cover or a thumbnail inside the file: a video stream by name, but no film."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _measure(container: Any, stream: Any) -> dict[str, Any]:
    """Count what is there instead of believing what the file declares; nothing is decoded."""
    starts: list[int] = []
    ends: list[int] = []
    for packet in container.demux(stream):
        if packet.size and packet.pts is not None:
            starts.append(packet.pts)
            ends.append(packet.pts + (packet.duration or 0))
    seconds = float((max(ends) - min(starts)) * stream.time_base) if starts else 0.0
    return {"seconds": seconds, "packets": len(starts), "declared_packets": stream.frames}


def _look(container: Any, stream: Any) -> dict[str, Any]:
    """The first frame that decodes, if any of the first few does."""
    for tried, frame in enumerate(container.decode(stream)):
        if frame.width and frame.height:
            return {"decodes": True, "rotation": frame.rotation % 360}
        if tried >= MAX_FRAMES_TRIED:
            break
    return {"decodes": False, "rotation": 0}


def _describe(stream: Any) -> dict[str, Any]:
    codec = stream.codec_context
    shape = stream.sample_aspect_ratio
    return {
        "codec": codec.name if codec else "",
        "width": codec.width if codec else 0,
        "height": codec.height if codec else 0,
        "sample_aspect": float(shape) if shape else 1.0,
        "transfer": int(codec.color_trc or 0) if codec else 0,
    }


def inspect(path: str, limits: dict[str, Any]) -> dict[str, Any]:
    with _open(path, limits) as container:
        films = [stream for stream in container.streams.video if not _is_picture(stream)]
        sounds = list(container.streams.audio)
        facts: dict[str, Any] = {
            "format": container.format.name,
            "films": len(films),
            "sound": bool(sounds and sounds[0].codec_context),
        }
        if len(films) != 1:
            return facts
        film = films[0]
        facts |= _describe(film)
        facts["index"] = film.index
        if not facts["codec"] or facts["width"] * facts["height"] > limits["pixels"]:
            return facts
        film.codec_context.options = {"max_pixels": str(limits["pixels"])}
        facts |= _measure(container, film)
    with _open(path, limits) as container:
        film = container.streams[facts["index"]]
        film.codec_context.options = {"max_pixels": str(limits["pixels"])}
        film.codec_context.thread_count = 1
        try:
            facts |= _look(container, film)
        except av.error.FFmpegError:
            facts |= {"decodes": False, "rotation": 0}
    return facts


if __name__ == "__main__":
    try:
        found = inspect(sys.argv[1], json.loads(sys.argv[2]))
    except av.error.FFmpegError as error:
        found = {"error": str(error)}
    sys.stdout.write(json.dumps(found))
