from pathlib import Path

import pytest
from PIL import Image

from tests.videos import films
from videos.processing.traces import traces


def test_traces_names_what_a_phone_noted(phone_film: Path) -> None:
    found = traces(phone_film)

    named = {trace.partition("=")[0] for trace in found}
    assert {
        "file: location",
        "file: make",
        "file: model",
        "file: artist",
        "file: comment",
        "file: com.apple.quicktime.location.ISO6709",
        "video: handler_name",
        "bytes: a position",
        "bytes: a QuickTime tag",
    } <= named


def test_traces_finds_a_date_in_a_header(tmp_path: Path) -> None:
    path = films.film(tmp_path / "a.mp4", extra=("-metadata", "creation_time=2026-11-20T14:03:11Z"))

    assert "box: a date in mvhd" in traces(path)


def test_traces_finds_words_in_an_unused_box(tmp_path: Path) -> None:
    path = films.film(tmp_path / "a.mp4")
    words = b"Block 4, near the well"
    box = (len(words) + 8).to_bytes(4) + b"free" + words
    path.write_bytes(path.read_bytes() + box)

    assert "box: words in free" in traces(path)


@pytest.mark.parametrize("name", [b"uuid", b"udta", b"meta"])
def test_traces_finds_a_box_of_notes(tmp_path: Path, name: bytes) -> None:
    path = films.film(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes() + (24).to_bytes(4) + name + b"sixteen letters!")

    assert f"box: {name.decode()}" in traces(path)


def test_traces_finds_subtitles_and_chapters(tmp_path: Path) -> None:
    words = tmp_path / "words.srt"
    words.write_text("1\n00:00:00,000 --> 00:00:01,000\nBlock 4\n")
    notes = tmp_path / "notes.txt"
    notes.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=Well\n")
    path = tmp_path / "a.mkv"
    films.ffmpeg(
        *("-i", films.film(tmp_path / "b.mp4"), "-i", words, "-i", notes),
        *("-map", "0", "-map", "1", "-map_chapters", "2", "-c:v", "copy", "-c:s", "srt", path),
    )

    assert {"a track of subtitle", "chapters"} <= set(traces(path))


def test_traces_finds_exif_in_a_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0110] = "FP5"
    path = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(path, exif=exif)

    assert {"bytes: Exif", "picture: Exif tags", "picture: APP1 segment"} <= set(traces(path))


def test_traces_finds_a_comment_in_a_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(path, comment=b"near the well")

    assert "picture: comment" in traces(path)


def test_traces_is_silent_about_a_clean_picture(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(path)

    assert traces(path) == []
