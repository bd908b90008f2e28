from pathlib import Path

import pytest

from tests.videos import films
from videos.processing import encode


@pytest.fixture(scope="session")
def phone_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One film as a phone sends it; read only."""
    return films.phone_film(tmp_path_factory.mktemp("phone") / "clip.mp4")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A fresh folder to process in."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _encode_quickly(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same way through FFmpeg with less care for size, but where the result is measured."""
    if "as_in_production" not in request.fixturenames:
        monkeypatch.setattr(encode, "PRESET", "ultrafast")


@pytest.fixture
def as_in_production() -> None:
    """Asked for by tests that measure what the network takes."""
