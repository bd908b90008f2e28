import ensurepip
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from campaign.local import bootstrap

BUNDLED = Path(ensurepip.__file__).parent / "_bundled"


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "VENV", folder)
    monkeypatch.setattr(bootstrap, "STAMP", folder / "installed.json")
    return folder


@pytest.fixture
def pip_calls(venv: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    venv.mkdir()
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(bootstrap, "run_pip", lambda *arguments: calls.append(arguments))
    return calls


def test_old_python_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 18))
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit) as refusal:
        bootstrap.use_new_enough_python()
    assert str(refusal.value) == (
        "Python 3.9.18 is too old for the newsroom: it needs 3.11 or newer.\n"
        "Install one (python.org, your system's packages, or pyenv), "
        "then `make run PYTHON=/path/to/python3.12`."
    )


def test_old_python_hands_over_to_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    monkeypatch.setattr(sys, "argv", ["bootstrap.py", "--dev"])
    monkeypatch.setattr(shutil, "which", {"python3.12": "/opt/python3.12"}.get)
    # The real one would not return.
    monkeypatch.setattr(os, "execv", lambda path, command: sys.exit(str((path, command))))
    with pytest.raises(SystemExit) as handed_over:
        bootstrap.use_new_enough_python()
    expected = ("/opt/python3.12", ["/opt/python3.12", "bootstrap.py", "--dev"])
    assert str(handed_over.value) == str(expected)


def test_install_happens_once_for_the_same_content(
    tmp_path: Path, pip_calls: list[tuple[str, ...]]
) -> None:
    file = tmp_path / "requirements.txt"
    for content in ("django==1\n", "django==1\n", "django==2\n"):
        file.write_text(content)
        bootstrap.install([file])
    assert pip_calls == [("install", "-r", str(file))] * 2


def test_installing_for_tests_serves_running_too(
    tmp_path: Path, pip_calls: list[tuple[str, ...]]
) -> None:
    run, dev = tmp_path / "requirements.txt", tmp_path / "requirements-dev.txt"
    run.write_text("django\n")
    dev.write_text("pytest\n")
    bootstrap.install([run, dev])
    bootstrap.install([run])
    assert pip_calls == [("install", "-r", str(run), "-r", str(dev))]
    assert list(json.loads(bootstrap.STAMP.read_text())) == [run.name, dev.name]


def test_failed_installation_is_not_taken_for_done(
    tmp_path: Path, venv: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/bin/false")
    file = tmp_path / "requirements.txt"
    file.write_text("django\n")
    with pytest.raises(SystemExit, match="The installation failed; pip's words are above"):
        bootstrap.install([file])
    assert not bootstrap.STAMP.exists()
    assert "Installing requirements.txt" in capfd.readouterr().err


def test_pip_of_other_content_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = f'<a href="../files/{bootstrap.PIP}#sha256=00">pip</a>'
    pages = {"https://index.example/simple/pip/": page.encode()}
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple")
    monkeypatch.setattr(bootstrap, "fetch", lambda address: pages.get(address, b"something else"))
    with pytest.raises(SystemExit, match=r"index\.example.* does not offer the .* that we know"):
        bootstrap.download_pip_wheel(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_unreachable_index_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    with pytest.raises(SystemExit, match=r"(?s)could not be fetched: .*apt install python3-venv"):
        bootstrap.download_pip_wheel(tmp_path)


def test_missing_and_broken_environments_are_seen(venv: Path) -> None:
    assert not bootstrap.python_works()
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to("/no/such/python")
    assert not bootstrap.python_works()
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(sys.executable)
    assert bootstrap.python_works()


@pytest.mark.process
@pytest.mark.skipif(not list(BUNDLED.glob("pip-*.whl")), reason="this Python brings no pip wheel")
def test_environment_is_made_without_ensurepip(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(bootstrap, "SYSTEM_WHEELS", BUNDLED)
    bootstrap.make_venv()
    monkeypatch.undo()
    pip = [str(venv / "bin" / "python"), "-m", "pip", "--version"]
    assert str(venv) in subprocess.run(pip, check=True, capture_output=True, text=True).stdout
