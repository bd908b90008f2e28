"""The one re-encode of a film into X's format, and the preview and poster made from it.

The preview and the poster are made from the clean copy, never from the original: the original is
decoded once. Flags and limits: docs/footage.md.
"""

import json
import math
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from videos.processing import edits, limits, probe
from videos.processing.edits import Edits, Voice
from videos.processing.probe import Film, Reason, RefusedFilmError

LANDSCAPE = (1280, 720)
PORTRAIT = (720, 1280)
SQUARE = (720, 720)
NEARLY_SQUARE = 1.12
# About real time on one core for a film of 1080p.
PRESET = "veryfast"
BARS = "0x161512"
# Loudness of speech on phones: -16 LUFS, peaks under -1.5 dBTP, measured by EBU R128.
LOUDNESS = "loudnorm=I=-16:TP=-1.5:LRA=11"
SILENCE = -60.0
PREVIEW_SIDE = 360
POSTER = (768, 432)
# At most so many seconds of work for a second of film, and for any film.
PATIENCE = 8.0
HEAD_START = 90.0

Progress = Callable[[float], None]


@cache
def ffmpeg() -> str:
    """The absolute path of the FFmpeg that came with the wheel; none of the machine's own."""
    return str(Path(imageio_ffmpeg.get_ffmpeg_exe()).resolve())


def canvas(film: Film) -> tuple[int, int]:
    """The one of X's three shapes in which this film loses least to bars."""
    ratio = film.width / film.height
    if 1 / NEARLY_SQUARE <= ratio <= NEARLY_SQUARE:
        return SQUARE
    return LANDSCAPE if ratio > 1 else PORTRAIT


def for_network(
    source: Path,
    film: Film,
    target: Path,
    *,
    changes: Edits = edits.NONE,
    on_progress: Progress | None = None,
) -> None:
    """Re-encode `source` to `target` as X takes it; raises `RefusedFilmError`.

    Upright, in one of three shapes, 30 frames a second, loudness evened out, HDR brought to what
    every screen shows, and nothing kept of what the file said about its place, time and device.
    A film without sound stays without. `changes` are applied in the same pass; the helpers that
    they need are written beside `target`.
    """
    seconds = changes.seconds(film.seconds)
    opened = _open(source, start=changes.start, seconds=seconds)
    command: list[str | Path] = [*opened, "-map", "0:v:0", *_strip()]
    if film.sound and changes.voice is not Voice.REMOVED:
        command += ["-map", "0:a:0", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]
        command += ["-flags:a", "+bitexact", "-af", _sound(opened, changes.voice, target.parent)]
    width, height = canvas(film)
    extra = edits.filters(
        changes, width=width, height=height, seconds=seconds, folder=target.parent
    )
    command += ["-vf", ",".join([_picture(film), *extra])]
    command += ["-c:v", "libx264", "-profile:v", "high", "-preset", PRESET, "-crf", "21"]
    command += ["-maxrate", "5M", "-bufsize", "10M", "-g", "60", "-flags:v", "+cgop+bitexact"]
    command += ["-threads", "2", "-bsf:v", "filter_units=remove_types=6"]
    command += ["-fps_mode", "cfr", "-r", "30", "-max_muxing_queue_size", "1024"]
    command += ["-progress", "pipe:1", "-stats_period", "0.25", *_mp4(), target]
    outcome = limits.run(
        command,
        folder=target.parent,
        seconds=HEAD_START + PATIENCE * film.seconds,
        on_line=_reader(seconds, on_progress) if on_progress else None,
    )
    _check(outcome, target)


def preview(source: Path, target: Path) -> None:
    """A small copy of a clean film for the shelf: 360 lines, light enough for a slow line."""
    scale = f"scale=w={PREVIEW_SIDE}:h={PREVIEW_SIDE}:force_original_aspect_ratio=increase"
    command: list[str | Path] = [*_open(source), "-map", "0:v:0", "-map", "0:a:0?", *_strip()]
    command += ["-vf", f"{scale}:force_divisible_by=2,setsar=1,format=yuv420p"]
    command += ["-c:v", "libx264", "-profile:v", "main", "-preset", PRESET, "-crf", "26"]
    command += ["-g", "60", "-flags:v", "+cgop+bitexact", "-bsf:v", "filter_units=remove_types=6"]
    command += ["-threads", "2", "-c:a", "aac", "-b:a", "64k", "-ac", "1"]
    command += ["-flags:a", "+bitexact", *_mp4(), target]
    _check(limits.run(command, folder=target.parent, seconds=240), target)


def poster(source: Path, target: Path, *, seconds: float) -> None:
    """One telling frame of a clean film, as a JPEG of 16:9.

    Every still that we show is 16:9; an upright or square film stands in it whole, before a blur
    of itself.
    """
    start = min(seconds * 0.2, 2.0)
    width, height = POSTER
    fill = f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}"
    fit = f"scale={width}:{height}:force_original_aspect_ratio=decrease:flags=lanczos"
    chain = (
        f"thumbnail=24,split[a][b];[a]{fill},gblur=sigma=24,eq=brightness=-0.12[back];"
        f"[b]{fit}[front];[back][front]overlay=(W-w)/2:(H-h)/2,setsar=1"
    )
    command: list[str | Path] = [*_open(source, start=start), "-map", "0:v:0", *_strip()]
    command += ["-vf", chain, "-frames:v", "1", "-update", "1"]
    command += ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"]
    command += ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "image2", target]
    _check(limits.run(command, folder=target.parent, seconds=120), target)


def _open(
    source: Path, *, start: float = 0.0, seconds: float = probe.MAX_SECONDS + 1
) -> list[str | Path]:
    return [
        *(ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "error", "-y"),
        *("-protocol_whitelist", "file", "-format_whitelist", probe.FORMATS),
        *("-codec_whitelist", probe.CODECS, "-max_streams", "16", "-probesize", "10000000"),
        *("-max_pixels", str(probe.MAX_PIXELS), "-threads", "2"),
        *("-ss", f"{start:.3f}", "-t", f"{seconds:.3f}", "-i", source),
    ]


def _strip() -> list[str | Path]:
    """Keep no metadata, chapter, data or subtitle track, and add no note of our own encoder."""
    return ["-map_metadata", "-1", "-map_chapters", "-1", "-metadata:s", "encoder=", "-dn", "-sn"]


def _mp4() -> list[str | Path]:
    return ["-movflags", "+faststart", "-fflags", "+bitexact", "-f", "mp4"]


def _picture(film: Film) -> str:
    """Fit the film into its shape with bars where it does not fill it.

    `zscale` guesses nothing about HDR, so the colours are named before it.
    """
    width, height = canvas(film)
    fit = f"w={width}:h={height}:force_original_aspect_ratio=decrease:force_divisible_by=2"
    steps = ["fps=30"]
    if film.hdr:
        transfer = "smpte2084" if film.transfer == probe.PQ else "arib-std-b67"
        steps += [
            f"scale={fit}:flags=bicubic:reset_sar=1",
            f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc",
            "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709",
            "tonemap=tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv",
        ]
    else:
        steps += [f"scale={fit}:flags=lanczos:out_color_matrix=bt709:out_range=tv:reset_sar=1"]
    return ",".join(
        [
            *steps,
            "format=yuv420p",
            f"pad={width}:{height}:-1:-1:color={BARS}",
            "setsar=1,setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv",
        ]
    )


def _sound(opened: list[str | Path], voice: Voice, folder: Path) -> str:
    """The filters from the film's sound to ours: the voice first, then its loudness."""
    if voice is Voice.CHANGED:
        changed = edits.CHANGED_VOICE
        return f"{changed},{_even_loudness(opened, folder, before=f'{changed},')}"
    return _even_loudness(opened, folder)


def _even_loudness(opened: list[str | Path], folder: Path, *, before: str = "") -> str:
    """The filter that brings this film's speech to our loudness by one steady gain.

    Measured first: in one pass the filter would ride the gain and lift the wind between words.
    """
    command = [*opened, "-map", "0:a:0", "-vn", "-dn", "-sn"]
    command[command.index("error")] = "info"
    command += ["-af", f"{before}{LOUDNESS}:print_format=json", "-f", "null", "-"]
    outcome = limits.run(command, folder=folder, seconds=180)
    measured = _read_loudness(outcome.errors) if outcome.ok else None
    if measured is None or measured["input_i"] < SILENCE:
        return "aresample=48000"
    return (
        f"{LOUDNESS}:linear=true:measured_I={measured['input_i']}"
        f":measured_TP={measured['input_tp']}:measured_LRA={measured['input_lra']}"
        f":measured_thresh={measured['input_thresh']}:offset={measured['target_offset']}"
        ",aresample=48000"
    )


def _read_loudness(text: str) -> dict[str, float] | None:
    """The figures that loudnorm printed, or None if there are none or one is not a number."""
    found = re.findall(r"\{[^{}]*\"input_i\"[^{}]*\}", text)
    if not found:
        return None
    printed = json.loads(found[-1])
    names = ("input_i", "input_tp", "input_lra", "input_thresh", "target_offset")
    figures = {name: float(printed[name]) for name in names}
    return figures if all(map(math.isfinite, figures.values())) else None


def _reader(seconds: float, on_progress: Progress) -> Callable[[str], None]:
    """Turns FFmpeg's `out_time_us=…` lines into a part of the whole, 0 to 1."""

    def read(line: str) -> None:
        name, _, value = line.partition("=")
        if name == "out_time_us" and value.isdigit():
            on_progress(min(1.0, int(value) / 1_000_000 / seconds))

    return read


def _check(outcome: limits.Outcome, target: Path) -> None:
    if outcome.out_of_time:
        raise RefusedFilmError(Reason.TOO_SLOW, outcome.errors.strip()[-500:])
    if not outcome.ok or not target.is_file() or target.stat().st_size == 0:
        raise RefusedFilmError(Reason.UNREADABLE, outcome.errors.strip()[-500:])
