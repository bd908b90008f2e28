"""Films the drawings: a slow zoom, a mouth that speaks, a voice-like sound, as a phone's mp4."""

import math
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

from videos.demo import portraits
from videos.demo.people import Look, Take, Teller
from videos.processing import encode

RATE = 12
WIDE = (960, 540)
TALL = (540, 960)
ZOOM = 0.06
# A place in the open sea: the film carries what a phone would add, and the pipeline takes it out.
PHONE = {"location": "+00.0000+000.0000/", "make": "Demo", "model": "Phone"}
# How loud the voice is at a time: syllables, with a breath between sentences.
LOUD = "(0.35+0.65*abs(sin(2*PI*1.9*t)*sin(2*PI*0.63*t+0.8)))*gt(sin(2*PI*0.31*t+0.9),-0.62)"

Frame = Callable[[float], Image.Image]


def shoot(take: Take, teller: Teller, target: Path, *, seed: int) -> None:
    """Write the film of one take to `target`."""
    size = TALL if take.upright else WIDE
    frame = _waves(size, seed) if not teller.face else _portrait(teller.look, size, seed)
    with tempfile.TemporaryFile() as errors:
        with subprocess.Popen(
            _camera(take, teller, size, target), stdin=subprocess.PIPE, stderr=errors
        ) as process:
            assert process.stdin is not None  # noqa: S101 - Popen was given a pipe
            for number in range(round(take.seconds * RATE)):
                process.stdin.write(frame(number / RATE).tobytes())
        if process.returncode != 0:
            errors.seek(0)
            raise RuntimeError(f"FFmpeg could not film: {errors.read().decode()[-500:]}")


def _camera(take: Take, teller: Teller, size: tuple[int, int], target: Path) -> list[str]:
    width, height = size
    pitch = f"{teller.look.pitch:.0f}*(1+0.05*sin(2*PI*0.7*t))"
    tones = "+".join(f"{1 / n:.2f}*sin(2*PI*{n}*{pitch}*t)" for n in (1, 2, 3, 4, 6))
    sound = f"aevalsrc='0.12*({tones})*{LOUD}':s=24000:d={take.seconds}"
    notes = [word for name, value in PHONE.items() for word in ("-metadata", f"{name}={value}")]
    return [
        *(encode.ffmpeg(), "-hide_banner", "-loglevel", "error", "-y"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"),
        *("-r", str(RATE), "-i", "pipe:0", "-f", "lavfi", "-i", sound),
        *("-af", "lowpass=f=1400,highpass=f=90,aecho=0.8:0.6:18:0.2", "-shortest"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", "-pix_fmt", "yuv420p"),
        *("-c:a", "aac", "-b:a", "64k", *notes, str(target)),
    ]


def loudness(at: float) -> float:
    """The sound's own loudness at a time, so that the mouth follows it."""
    if math.sin(2 * math.pi * 0.31 * at + 0.9) <= -0.62:
        return 0.0
    waves = math.sin(2 * math.pi * 1.9 * at) * math.sin(2 * math.pi * 0.63 * at + 0.8)
    return 0.35 + 0.65 * abs(waves)


def _portrait(look: Look, size: tuple[int, int], seed: int) -> Frame:
    width, height = size
    behind = portraits.backdrop(look, size, seed)
    person = portraits.figure(look, size)
    lips = portraits.mix(portraits.colour(look.skin), (120, 40, 40), 0.45)

    def frame(at: float) -> Image.Image:
        nod = math.sin(at * 1.3 + seed) * height * 0.004
        picture = behind.copy()
        picture.paste(person, (round(math.sin(at * 0.6) * width * 0.003), round(nod)), person)
        _speak(picture, loudness(at), nod=round(nod), lips=lips)
        return _zoom(picture, at)

    return frame


def _speak(picture: Image.Image, loud: float, *, nod: int, lips: portraits.Colour) -> None:
    """The mouth, open as far as the voice is loud."""
    middle, unit = portraits.scale(picture.size)
    y = 56.4 * unit + nod
    half, tall = (5 - 0.8 * loud) * unit, (1.5 + 2.6 * loud) * unit
    _oval(picture, (middle, y), (half, tall / 2), lips)
    if loud > 0.2:
        _oval(picture, (middle, y + 0.1 * unit), (half * 0.72, tall * 0.27), (52, 20, 20))


def _oval(
    picture: Image.Image,
    centre: tuple[float, float],
    reach: tuple[float, float],
    tint: portraits.Colour,
) -> None:
    """An ellipse with soft edges, drawn large and brought to size."""
    width, height = (max(2, round(one * 2)) for one in reach)
    mask = Image.new("L", (width * 4, height * 4), 0)
    ImageDraw.Draw(mask).ellipse([4, 4, mask.width - 5, mask.height - 5], fill=225)
    place = round(centre[0] - width / 2), round(centre[1] - height / 2)
    picture.paste(tint, place, mask.resize((width, height), Image.Resampling.LANCZOS))


def _zoom(picture: Image.Image, at: float) -> Image.Image:
    """Move in slowly on the face."""
    width, height = picture.size
    share = ZOOM * (0.5 - 0.5 * math.cos(at * 0.35))
    left, top = width * share * 0.42, height * share * 0.45
    box = (left, top, left + width * (1 - share), top + height * (1 - share))
    return picture.resize((width, height), Image.Resampling.BILINEAR, box=box)


def _waves(size: tuple[int, int], seed: int) -> Frame:
    """Somebody who is heard and not seen: their voice as a line of bars."""
    width, height = size
    ground = portraits.gradient(size, "#33302a", "#2a2722", "#211f1b")
    centre = (width * 0.5, height * 0.5)
    portraits.glow(ground, centre, height * 0.7, tint=(74, 66, 50), strength=0.5)
    bars = 56

    def frame(at: float) -> Image.Image:
        picture = ground.copy()
        draw = ImageDraw.Draw(picture)
        for number in range(bars):
            when = at + (number - bars / 2) * 0.06
            jitter = 0.55 + 0.45 * math.sin(number * 12.9898 + seed)
            tall = height * (0.012 + 0.3 * loudness(max(0.0, when)) * jitter)
            x = width * (0.12 + 0.76 * number / (bars - 1))
            now = abs(number - bars / 2) < 1
            tint = portraits.mix((205, 196, 178), (60, 56, 48), abs(number / bars - 0.5))
            if now:
                tint = (255, 212, 0)
            draw.rounded_rectangle(
                [x - 4, height / 2 - tall, x + 4, height / 2 + tall], radius=4, fill=tint
            )
        return picture

    return frame
