"""The one re-encode of a film: X's format, the preview and the poster, in one run of FFmpeg.

The film is decoded once; cut, boxes and captions come before the ways part, so that nothing
unprotected can be in any of the three. Flags and limits: docs/footage.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
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
# Loudness of speech on phones: -16 LUFS, true peaks under -1.5 dB, measured by EBU R128.
LOUDNESS, PEAK = -16.0, -1.5
SILENCE = -60.0
# Between two samples the sound may rise above both by so many dB.
BETWEEN_SAMPLES = 0.5
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


@dataclass(frozen=True, slots=True)
class Encoded:
    """Where the three files lie."""

    post: Path
    preview: Path
    poster: Path


def encode(
    source: Path,
    film: Film,
    *,
    folder: Path,
    changes: Edits = edits.NONE,
    on_progress: Progress | None = None,
) -> Encoded:
    """Re-encode `source` into `folder` as X takes it, with a preview and a poster of it.

    Upright, in one of three shapes, 30 frames a second, loudness evened out, HDR brought to what
    every screen shows, and nothing kept of what the file said about its place, time and device.
    A film without sound stays without. `changes` are applied in the same pass; the helpers that
    they need are written into `folder`. Raises `RefusedFilmError`.
    """
    seconds = changes.seconds(film.seconds)
    opened = _open(source, start=changes.start, seconds=seconds)
    sound = ""
    if film.sound and changes.voice is not Voice.REMOVED:
        sound = _sound(opened, changes.voice, folder)
    made = Encoded(folder / "network.mp4", folder / "preview.mp4", folder / "poster.jpg")
    command = [*opened, "-filter_complex", _graph(film, changes, sound=sound, folder=folder)]
    command += [*_post(sounding=bool(sound)), made.post]
    command += [*_preview(sounding=bool(sound)), made.preview]
    command += [*_poster(), made.poster]
    command += ["-progress", "pipe:1", "-stats_period", "0.25"]
    outcome = limits.run(
        command,
        folder=folder,
        seconds=HEAD_START + PATIENCE * film.seconds,
        on_line=_reader(seconds, on_progress) if on_progress else None,
    )
    for target in (made.post, made.preview, made.poster):
        _check(outcome, target)
    return made


def _graph(film: Film, changes: Edits, *, sound: str, folder: Path) -> str:
    """One way for the picture until it is as it will be shown; then one for each file."""
    width, height = canvas(film)
    seconds = changes.seconds(film.seconds)
    extra = edits.filters(changes, width=width, height=height, seconds=seconds, folder=folder)
    ways = [
        f"[0:v:0]{','.join([_picture(film), *extra])},split=3[post][small][still]",
        f"[small]{_small()}[preview]",
        f"[still]{_telling_frame(seconds)}[poster]",
    ]
    if sound:
        ways.append(f"[0:a:0]{sound},asplit=2[heard][faint]")
    return ";".join(ways)


def _small() -> str:
    """360 lines, light enough for a slow line."""
    scale = f"scale=w={PREVIEW_SIDE}:h={PREVIEW_SIDE}:force_original_aspect_ratio=increase"
    return f"{scale}:force_divisible_by=2,setsar=1"


def _telling_frame(seconds: float) -> str:
    """The most usual of 24 frames, after the beginning, in 16:9 like every still that we show.

    An upright or square film stands in it whole, before a blur of itself.
    """
    start = min(seconds * 0.2, 2.0)
    width, height = POSTER
    fill = f"scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}"
    fit = f"scale={width}:{height}:force_original_aspect_ratio=decrease:flags=lanczos"
    return (
        f"trim=start={start:.3f}:duration=1,thumbnail=24,split[a][b];"
        f"[a]{fill},gblur=sigma=24,eq=brightness=-0.12[back];"
        f"[b]{fit}[front];[back][front]overlay=(W-w)/2:(H-h)/2,setsar=1"
    )


def _post(*, sounding: bool) -> list[str | Path]:
    said: list[str | Path] = ["-map", "[post]", *_h264("high", "21")]
    said += ["-maxrate", "5M", "-bufsize", "10M", "-fps_mode", "cfr", "-r", "30"]
    if sounding:
        said += ["-map", "[heard]", "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000"]
    return [*said, *_mp4()]


def _preview(*, sounding: bool) -> list[str | Path]:
    said: list[str | Path] = ["-map", "[preview]", *_h264("main", "26")]
    said += ["-fps_mode", "cfr", "-r", "30"]
    if sounding:
        said += ["-map", "[faint]", "-c:a", "aac", "-b:a", "64k", "-ac", "1"]
    return [*said, *_mp4()]


def _poster() -> list[str | Path]:
    return [
        *("-map", "[poster]", *_strip(), "-frames:v", "1", "-update", "1"),
        *("-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-f", "image2"),
    ]


def _h264(profile: str, quality: str) -> list[str | Path]:
    return [
        *("-c:v", "libx264", "-profile:v", profile, "-preset", PRESET, "-crf", quality),
        *("-pix_fmt", "yuv420p", "-g", "60", "-flags:v", "+cgop+bitexact"),
        *("-bsf:v", "filter_units=remove_types=6", "-threads", "2"),
        *("-max_muxing_queue_size", "1024"),
    ]


def _open(source: Path, *, start: float, seconds: float) -> list[str | Path]:
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
    return [
        *(*_strip(), "-flags:a", "+bitexact"),
        *("-movflags", "+faststart", "-fflags", "+bitexact", "-f", "mp4"),
    ]


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
    before = [edits.CHANGED_VOICE] if voice is Voice.CHANGED else []
    before.append("aresample=48000")
    return ",".join([*before, *_even_loudness(opened, before, folder)])


def _even_loudness(opened: list[str | Path], before: list[str], folder: Path) -> list[str]:
    """The filters that bring this film's speech to our loudness by one steady gain.

    Measured first: a filter that works in one pass rides the gain and lifts the wind between
    words. Only where the gain would push a peak over the limit is that peak held down.
    """
    command = [*opened, "-map", "0:a:0", "-vn", "-dn", "-sn"]
    command[command.index("error")] = "info"
    meter = ",".join([*before, "ebur128=peak=true:framelog=quiet"])
    command += ["-af", meter, "-f", "null", "-"]
    outcome = limits.run(command, folder=folder, seconds=180)
    measured = _read_loudness(outcome.errors) if outcome.ok else None
    if measured is None or measured[0] < SILENCE:
        return []
    loudness, peak = measured
    gain = LOUDNESS - loudness
    steps = [f"volume={gain:.2f}dB"]
    if peak + gain > PEAK:
        steps.append(f"alimiter=limit={PEAK - BETWEEN_SAMPLES}dB:level=false:latency=true")
    return steps


def _read_loudness(text: str) -> tuple[float, float] | None:
    """Integrated loudness (LUFS) and true peak (dB) that the meter printed; None without both."""
    loudness = re.findall(r"^\s*I:\s*(-?[\d.]+) LUFS", text, re.MULTILINE)
    peak = re.findall(r"^\s*Peak:\s*(-?[\d.]+) dBFS", text, re.MULTILINE)
    return (float(loudness[-1]), float(peak[-1])) if loudness and peak else None


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
