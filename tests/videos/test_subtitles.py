"""Subtitle files from strangers, and what is written from them."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from videos.processing import subtitles
from videos.processing.subtitles import Segment

SRT = """1
00:00:00,500 --> 00:00:02,000
{\\an8\\fs200}<b>Our school</b> has one tree{\\c&H0000FF&}.

2
00:00:01,500 --> 00:00:04,000
وشكراً لكم
"""


def test_read_keeps_text_and_times_alone() -> None:
    assert subtitles.read(SRT.encode()) == [
        Segment(500, 1500, "Our school has one tree."),
        Segment(1500, 4000, "وشكراً لكم"),
    ]


def test_read_drops_drawings_and_styles_of_ass() -> None:
    ass = (
        "[Script Info]\nScriptType: v4.00+\n[V4+ Styles]\n[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        "Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}\n"
        "Dialogue: 0,0:00:02.00,0:00:03.00,Evil,,0,0,0,,{\\pos(1,1)\\fnComic}Words\\Nand more\n"
        "Comment: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,hidden\n"
    )
    assert subtitles.read(ass.encode()) == [Segment(2000, 3000, "Words\nand more")]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no subtitles"),
        (b"\xff\x00\x81 nothing", "UTF-8"),
        (b"MZ\x90\x00 a program", "UTF-8"),
        (b"just words, no times", "no subtitles"),
        (b"x" * (subtitles.MAX_BYTES + 1), "larger than"),
        (b"WEBVTT\n\nNOTE nothing is said\n", "no text"),
    ],
)
def test_read_refuses_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(subtitles.SubtitlesError, match=words):
        subtitles.read(data)


words = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=40)
times = st.tuples(st.integers(0, 100_000), st.integers(1, 20_000), words)


@settings(max_examples=60, deadline=None)
@given(st.lists(times, max_size=8))
def test_what_is_written_is_read_again(pieces: list[tuple[int, int, str]]) -> None:
    kept = subtitles.tidy(Segment(start, start + length, text) for start, length, text in pieces)
    assert all(one.end <= two.start for one, two in pairwise(kept))
    for written in (subtitles.to_srt(kept), subtitles.to_vtt(kept)):
        assert "{\\" not in written
        if kept:
            again = subtitles.read(written.encode())
            assert [(one.start, one.end) for one in again] == [(s.start, s.end) for s in kept]


def test_a_line_cannot_open_an_override_or_another_cue() -> None:
    nasty = [Segment(0, 1000, "a{\\an8}b --> {c} \\N\\pos")]
    assert "{\\" not in subtitles.to_ass(nasty, language="en", width=640, height=360)
    vtt = subtitles.to_vtt(nasty)
    assert vtt.count("-->") == 1


def test_ass_of_arabic_is_embedded_and_finds_its_direction() -> None:
    line = [Segment(0, 1000, "مرحباً\nX")]
    script = subtitles.to_ass(line, language="ar-LB", width=720, height=1280)
    assert "\u202bمرحباً\u202c\\N\u202bX\u202c" in script
    style = next(row for row in script.splitlines() if row.startswith("Style:"))
    assert style.endswith(",-1")
    assert "\u202b" not in subtitles.to_ass(line, language="en", width=720, height=1280)


def test_shift_moves_to_the_clock_of_the_cut() -> None:
    whole = [Segment(0, 900, "before"), Segment(800, 2500, "over"), Segment(5000, 6000, "after")]
    assert subtitles.shift(subtitles.tidy(whole), start=1000, end=4000) == [
        Segment(0, 1500, "over")
    ]
