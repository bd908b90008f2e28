from pathlib import Path

import pytest

from tests.videos import films


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
