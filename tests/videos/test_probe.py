from pathlib import Path

import pytest

from tests.videos import films
from videos.processing import probe
from videos.processing.probe import Film, Reason, RefusedFilmError


def refusal(path: Path, folder: Path) -> Reason:
    with pytest.raises(RefusedFilmError) as caught:
        probe.examine(path, folder=folder)
    return caught.value.reason


def written(folder: Path, content: bytes, name: str = "clip.mp4") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_examine_measures_what_is_there(folder: Path) -> None:
    film = probe.examine(films.film(folder / "a.mp4", seconds=2), folder=folder)

    assert film == Film(
        format="mov,mp4,m4a,3gp,3g2,mj2",
        codec="h264",
        width=320,
        height=180,
        rotation=0,
        seconds=2.0,
        sound=True,
        transfer=2,
    )


@pytest.mark.parametrize("name", ["a.webm", "a.mkv", "a.avi", "a.3gp", "a.ts", "a.mov"])
def test_examine_takes_the_formats_of_phones_and_cameras(folder: Path, name: str) -> None:
    codec = {"a.webm": "libvpx", "a.avi": "mpeg4", "a.3gp": "mpeg4"}.get(name, "libx264")
    path = films.film(folder / name, codec=codec, sound=False)

    assert probe.examine(path, folder=folder).seconds == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("degrees", [90, -90])
def test_examine_turns_the_size_of_a_film_held_upright(folder: Path, degrees: int) -> None:
    film = probe.examine(films.turned(folder / "a.mp4", degrees=degrees), folder=folder)

    assert (film.width, film.height) == (180, 320)


@pytest.mark.parametrize(
    ("transfer", "number"), [("arib-std-b67", probe.HLG), ("smpte2084", probe.PQ)]
)
def test_examine_sees_hdr(folder: Path, transfer: str, number: int) -> None:
    film = probe.examine(films.hdr(folder / "a.mp4", transfer=transfer), folder=folder)

    assert (film.transfer, film.hdr) == (number, True)


def test_examine_counts_when_the_declared_duration_lies(folder: Path) -> None:
    path = films.lying_duration(folder / "a.mp4", seconds=2_000_000)

    assert probe.examine(path, folder=folder).seconds == pytest.approx(1.0, abs=0.01)


def test_examine_takes_a_film_with_a_foreign_tail(folder: Path) -> None:
    path = films.with_tail(folder / "a.mp4", b"<?php system($_GET['c']); ?>")

    assert probe.examine(path, folder=folder).seconds == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(
    "content",
    [
        b"not a film at all",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + bytes(200),
        b"\x89PNG\r\n\x1a\n" + bytes(200),
        b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(64),
        b"PK\x03\x04" + bytes(200),
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(300),
        bytes(100_000),
    ],
)
def test_examine_refuses_what_is_no_film(folder: Path, content: bytes) -> None:
    assert refusal(written(folder, content), folder) is Reason.NOT_A_VIDEO


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\n{sibling}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1.0,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXTINF:1,\nconcat:http://127.0.0.1:9/|file://{sibling}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{sibling}'\n",
        "ffconcat version 1.0\nfile sibling.mp4\n",
    ],
)
@pytest.mark.parametrize("name", ["clip.mp4", "clip.m3u8", "clip.mov"])
def test_examine_refuses_a_playlist_under_a_films_name(
    folder: Path, playlist: str, name: str
) -> None:
    sibling = films.film(folder / "sibling.mp4")
    path = written(folder, playlist.format(sibling=sibling).encode(), name)

    assert refusal(path, folder) is Reason.NOT_A_VIDEO


def test_examine_refuses_an_empty_file(folder: Path) -> None:
    assert refusal(written(folder, b""), folder) is Reason.EMPTY


def test_examine_refuses_a_huge_file(folder: Path) -> None:
    path = written(folder, b"")
    with path.open("wb") as file:
        file.truncate(probe.MAX_BYTES + 1)

    assert refusal(path, folder) is Reason.TOO_BIG


def test_examine_refuses_sound_alone(folder: Path) -> None:
    assert refusal(films.only_sound(folder / "a.mp4"), folder) is Reason.NO_PICTURE


def test_examine_refuses_two_films_in_one_file(folder: Path) -> None:
    assert refusal(films.two_pictures(folder / "a.mp4"), folder) is Reason.SEVERAL_PICTURES


def test_examine_refuses_a_film_without_its_end(folder: Path) -> None:
    assert refusal(films.cut_off(folder / "a.mp4"), folder) is Reason.CUT_OFF


def test_examine_refuses_a_short_film(folder: Path) -> None:
    path = films.film(folder / "a.mp4", seconds=0.3, sound=False)

    assert refusal(path, folder) is Reason.TOO_SHORT


def test_examine_refuses_a_long_film(folder: Path) -> None:
    path = films.film(folder / "a.mp4", seconds=141, rate=1, size="64x64", sound=False)

    assert refusal(path, folder) is Reason.TOO_LONG


def test_examine_refuses_a_tiny_picture(folder: Path) -> None:
    path = films.film(folder / "a.mp4", size="32x64", sound=False)

    assert refusal(path, folder) is Reason.TOO_SMALL


def test_examine_refuses_a_giant_picture_before_decoding_it(folder: Path) -> None:
    path = folder / "a.avi"
    films.ffmpeg(
        *("-f", "lavfi", "-i", "color=size=16000x12000:rate=1:duration=2"),
        *("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "31", path),
    )

    assert refusal(path, folder) is Reason.TOO_LARGE


def test_examine_refuses_a_picture_that_does_not_decode(folder: Path) -> None:
    path = films.film(folder / "a.mkv", sound=False)
    data = bytearray(path.read_bytes())
    start = len(data) // 8
    data[start : len(data) - 300] = bytes(len(data) - 300 - start)
    path.write_bytes(data)

    assert refusal(path, folder) in {Reason.UNREADABLE, Reason.TOO_SHORT, Reason.NOT_A_VIDEO}


def test_every_reason_has_words() -> None:
    assert [reason for reason in Reason if not str(reason.message).strip()] == []
    assert all(str(reason.message).endswith(".") for reason in Reason)
