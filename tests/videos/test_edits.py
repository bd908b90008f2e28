"""What London cuts, hides and writes, in the pixels and the sound of the finished film."""

from pathlib import Path

import av
import pytest

from tests.videos import films
from videos.processing import probe
from videos.processing.edits import Box, Edits, Key, Voice
from videos.processing.prepare import prepare
from videos.processing.subtitles import Segment

LEFT, RIGHT = Key(0, 0.1, 0.1, 0.2, 0.3), Key(1000, 0.6, 0.1, 0.2, 0.3)


@pytest.fixture(scope="module")
def white(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of white with a tone."""
    path = tmp_path_factory.mktemp("white") / "white.mp4"
    films.ffmpeg(
        *("-f", "lavfi", "-i", "color=white:s=640x360:r=30:d=2"),
        *("-f", "lavfi", "-i", "sine=frequency=330:duration=2"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path),
    )
    return path


def luma(path: Path, at: float, x: float, y: float) -> int:
    """How bright a point (parts of the picture) is at a moment, 0 to 255."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time >= at - 0.001:
                picture = frame.to_ndarray(format="gray")
                return int(picture[int(y * frame.height), int(x * frame.width)])
    raise AssertionError("the film is shorter")


def test_box_moves_straight_between_its_keys_and_is_gone_after() -> None:
    box = Box((LEFT, RIGHT), to_end=False)
    middle = box.place(500)
    assert middle is not None
    assert middle.left == pytest.approx(0.35)
    assert box.place(1200) is None
    assert Box((RIGHT,), to_end=True).place(0) is None
    assert Box((LEFT, RIGHT)).place(99_000) == RIGHT


def test_boxes_cover_and_nothing_else(white: Path, folder: Path) -> None:
    box = Box((LEFT, RIGHT), to_end=False)
    changes = Edits(boxes=(box,), voice=Voice.REMOVED)
    made = prepare(white, folder=folder, changes=changes)
    post = made.files[0].path
    centres = {0.05: 0.2 + 0.025, 0.5: 0.45, 0.95: 0.68}
    assert [luma(post, at, x, 0.25) < 40 for at, x in centres.items()] == [True] * 3
    assert luma(post, 0.5, 0.9, 0.9) > 200
    assert luma(post, 1.5, 0.7, 0.25) > 200
    assert not probe.examine(post, folder=folder).sound
    assert luma(made.files[1].path, 0.5, 0.45, 0.25) < 40


def test_boxes_stand_on_the_clock_of_the_whole_film_when_it_is_cut(
    white: Path, folder: Path
) -> None:
    box = Box((Key(1200, 0.4, 0.4, 0.2, 0.2),))
    made = prepare(white, folder=folder, changes=Edits(start=1.0, end=1.9, boxes=(box,)))
    post = made.files[0]
    assert post.seconds == pytest.approx(0.9, abs=0.07)
    assert luma(post.path, 0.1, 0.5, 0.5) > 200
    assert luma(post.path, 0.3, 0.5, 0.5) < 40


def test_captions_are_burned_while_they_last(white: Path, folder: Path) -> None:
    words = (Segment(0, 1000, "مرحباً بكم جميعاً في بيتنا"),)
    made = prepare(white, folder=folder, changes=Edits(captions=words, language="ar"))
    post = made.files[0].path
    assert min(luma(post, 0.5, x / 50, 0.9) for x in range(15, 36)) < 80
    assert min(luma(post, 1.5, x / 50, 0.9) for x in range(15, 36)) > 200


def test_voice_changed_is_another_and_as_loud(white: Path, folder: Path) -> None:
    made = prepare(white, folder=folder, changes=Edits(voice=Voice.CHANGED))
    with av.open(str(made.files[0].path)) as container:
        sound = container.streams.audio[0]
        assert sound.duration is not None
        assert sound.time_base is not None
        assert float(sound.duration * sound.time_base) == pytest.approx(2, abs=0.15)
