import json
from pathlib import Path

import av
import pytest

from tests.videos import films
from videos.processing import encode, limits, probe
from videos.processing.prepare import Prepared, digest, prepare
from videos.processing.probe import Film, Reason, RefusedFilmError
from videos.processing.traces import traces

CLIPS = Path(__file__).resolve().parents[3] / "shared" / "data" / "clips"


def encoded(source: Path, folder: Path) -> Path:
    return encode.encode(source, probe.examine(source, folder=folder), folder=folder).post


def loudness(path: Path, folder: Path) -> float:
    command: list[str | Path] = [encode.ffmpeg(), "-hide_banner", "-nostdin", "-i", path]
    command += ["-af", "loudnorm=print_format=json", "-f", "null", "-"]
    errors = limits.run(command, folder=folder, seconds=60).errors
    printed, _ = json.JSONDecoder().raw_decode(errors[errors.rindex("{") :])
    return float(printed["input_i"])


@pytest.mark.parametrize(
    ("size", "canvas"),
    [
        ("320x180", (1280, 720)),
        ("320x240", (1280, 720)),
        ("640x100", (1280, 720)),
        ("180x320", (720, 1280)),
        ("240x320", (720, 1280)),
        ("200x200", (720, 720)),
        ("210x200", (720, 720)),
        ("201x151", (1280, 720)),
    ],
)
def test_encode_gives_the_shape_that_loses_least(
    folder: Path, size: str, canvas: tuple[int, int]
) -> None:
    source = films.film(folder / "a.avi", size=size, codec="mjpeg", sound=False)

    out = probe.examine(encoded(source, folder), folder=folder)

    assert (out.width, out.height) == canvas


@pytest.mark.parametrize("degrees", [90, -90])
def test_encode_turns_a_film_upright(folder: Path, degrees: int) -> None:
    out = probe.examine(
        encoded(films.turned(folder / "a.mp4", degrees=degrees), folder), folder=folder
    )

    assert (out.width, out.height, out.rotation) == (720, 1280, 0)


def test_encode_makes_what_the_network_takes(
    phone_film: Path, folder: Path, as_in_production: None
) -> None:
    target = encoded(phone_film, folder)

    with av.open(str(target)) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        frames = [frame.interlaced_frame for frame in film.decode(picture)]
        facts = {
            "codec": picture.codec_context.name,
            "profile": picture.codec_context.profile,
            "pixels": picture.codec_context.pix_fmt,
            "rate": picture.average_rate,
            "shape": picture.sample_aspect_ratio,
            "colours": picture.codec_context.color_trc,
            "sound": sound.codec_context.name,
            "channels": sound.codec_context.channels,
            "samples": sound.codec_context.sample_rate,
            "interlaced": any(frames),
        }
    assert facts == {
        "codec": "h264",
        "profile": "High",
        "pixels": "yuv420p",
        "rate": 30,
        "shape": 1,
        "colours": 1,
        "sound": "aac",
        "channels": 2,
        "samples": 48_000,
        "interlaced": False,
    }
    data = target.read_bytes()
    assert data.index(b"ftyp") < data.index(b"moov") < data.index(b"mdat")


def test_encode_keeps_a_silent_film_silent(folder: Path) -> None:
    source = films.film(folder / "a.mp4", sound=False)

    assert probe.examine(encoded(source, folder), folder=folder).sound is False


@pytest.mark.parametrize("gain", ["-30dB", "0dB"])
def test_encode_evens_out_loudness(folder: Path, gain: str) -> None:
    source = films.film(folder / "a.mp4", seconds=4, extra=("-af", f"volume={gain}"))

    assert loudness(encoded(source, folder), folder) == pytest.approx(-16, abs=1.0)


def test_encode_leaves_silence_alone(folder: Path) -> None:
    source = films.film(folder / "a.mp4", seconds=2, extra=("-af", "volume=0"))

    assert loudness(encoded(source, folder), folder) < -60


@pytest.mark.parametrize("transfer", ["arib-std-b67", "smpte2084"])
def test_encode_brings_hdr_to_every_screen(folder: Path, transfer: str) -> None:
    source = films.hdr(folder / "a.mp4", transfer=transfer)

    out = probe.examine(encoded(source, folder), folder=folder)

    assert (out.hdr, out.transfer, out.width, out.height) == (False, 1, 1280, 720)


def test_encode_tells_its_progress(folder: Path) -> None:
    source = films.film(folder / "a.mp4", seconds=6)
    heard: list[float] = []

    film = probe.examine(source, folder=folder)
    encode.encode(source, film, folder=folder, on_progress=heard.append)

    assert len(heard) > 2
    assert heard[-1] == pytest.approx(1.0, abs=0.05)


def test_encode_stops_after_its_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = films.film(folder / "a.mp4", seconds=10, sound=False)
    film = probe.examine(source, folder=folder)
    monkeypatch.setattr(encode, "HEAD_START", 0.05)
    monkeypatch.setattr(encode, "PATIENCE", 0.0)

    with pytest.raises(RefusedFilmError) as caught:
        encode.encode(source, film, folder=folder)

    assert caught.value.reason is Reason.TOO_SLOW


def test_encode_refuses_a_playlist(folder: Path) -> None:
    films.film(folder / "sibling.mp4")
    source = folder / "a.mp4"
    source.write_text("ffconcat version 1.0\nfile sibling.mp4\n")
    claimed = Film("mov", "h264", 320, 180, 0, 1.0, sound=True, transfer=2)

    with pytest.raises(RefusedFilmError) as caught:
        encode.encode(source, claimed, folder=folder)

    assert caught.value.reason is Reason.UNREADABLE
    assert not (folder / "network.mp4").exists()


def test_prepare_makes_clean_files_of_a_phones_film(phone_film: Path, folder: Path) -> None:
    heard: list[int] = []

    made = prepare(phone_film, folder=folder, on_progress=heard.append)

    assert [(one.kind, one.content_type, one.width, one.height) for one in made.files] == [
        ("post", "video/mp4", 1280, 720),
        ("preview", "video/mp4", 640, 360),
        ("poster", "image/jpeg", 768, 432),
    ]
    assert [traces(one.path) for one in made.files] == [[], [], []]
    assert [one.sha256 for one in made.files] == [digest(one.path) for one in made.files]
    assert [one.size for one in made.files] == [one.path.stat().st_size for one in made.files]
    assert heard[-1] == 100


def test_prepare_refuses_to_return_a_file_with_a_trace(
    phone_film: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode, "_strip", lambda: ["-metadata", "location=+03.7146+034.8711/"])

    with pytest.raises(RefusedFilmError) as caught:
        prepare(phone_film, folder=folder)

    assert caught.value.reason is Reason.NOT_CLEAN


def test_prepare_drops_a_foreign_tail(folder: Path) -> None:
    tail = b"<?php system($_GET['c']); ?>"
    made = prepare(films.with_tail(folder / "a.mp4", tail), folder=folder)

    assert [tail in one.path.read_bytes() for one in made.files] == [False, False, False]


REAL: dict[str, tuple[str, int, int]] = {
    "audio_only_fragmented.mp4": ("no_picture", 0, 0),
    "carphone.mp4": ("", 1280, 720),
    "flashmob.mkv": ("", 1280, 720),
    "hevc_white_frame.mp4": ("too_short", 0, 0),
    "mp4-basic.mp4": ("", 1280, 720),
    "phone_3g2_clip.3g2": ("no_picture", 0, 0),
    "prores.mov": ("", 1280, 720),
    "quicktime_as_mp4_name.mp4": ("", 720, 1280),
    "short_h264_aac_352x288.mp4": ("", 1280, 720),
    "upright_480x640_h264_aac.mp4": ("too_short", 0, 0),
    "video_colr_nclx_hlg.mp4": ("too_small", 0, 0),
    "video_rotation_90.mp4": ("too_short", 0, 0),
    "vp9_178x100.webm": ("", 1280, 720),
    "webm_10frames.webm": ("too_short", 0, 0),
}


def judged(path: Path, folder: Path) -> tuple[str, int, int, list[str]]:
    try:
        made: Prepared = prepare(path, folder=folder)
    except RefusedFilmError as error:
        return error.reason.value, 0, 0, []
    left = [trace for one in made.files for trace in traces(one.path)]
    return "", made.files[0].width, made.files[0].height, left


@pytest.mark.skipif(not CLIPS.is_dir(), reason="the real clips are not at hand")
@pytest.mark.parametrize("name", sorted(REAL))
def test_prepare_judges_real_clips(folder: Path, name: str) -> None:
    assert judged(CLIPS / name, folder) == (*REAL[name], [])
