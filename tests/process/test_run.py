"""`make run`, whole: it starts, answers, mends itself, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.process.helpers import ROOT, bare_environment, free_ports, processes_of, wait_until
from tests.running import Run

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]


def _get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310  (our own)
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


@pytest.fixture
def demo(newsroom: Run) -> tuple[Run, int]:
    """The demo newsroom, for tests that only look, or that it survives."""
    assert newsroom.process.poll() is None, f"It ended by itself:\n{newsroom.output}"
    return newsroom, int(newsroom.port)


@pytest.fixture(scope="module")
def bare_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data for newsrooms without a sandbox, one after the other."""
    return tmp_path_factory.mktemp("bare") / "var"


def _run_bare(data: Path, port: int) -> Run:
    return Run(data, port=port, SANDBOX="0", X_API_URL="http://127.0.0.1:1")


def test_newsroom_and_sandbox_answer(demo: tuple[Run, int]) -> None:
    _, port = demo
    status, page = _get(f"http://127.0.0.1:{port}/")
    assert status == 200
    assert "<html" in page
    status, page = _get(f"http://127.0.0.1:{port + 1}/")
    assert status == 200
    assert "<html" in page


def _manage(data: Path, *arguments: str, port: int, **settings: str) -> tuple[int, str, str]:
    environment = bare_environment() | {"DATA_DIR": str(data), "PORT": str(port)} | settings
    done = subprocess.run(
        [sys.executable, "-m", "campaign.local", "manage", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_commands_find_the_newsroom_that_runs(demo: tuple[Run, int]) -> None:
    run, port = demo
    code, said, wrong = _manage(run.data, "demo", "--logins", port=port)
    assert (code, wrong) == (0, "")
    assert run.password in said


def test_commands_without_a_newsroom_say_how_to_make_one(tmp_path: Path) -> None:
    code, said, wrong = _manage(tmp_path, "doctor", port=18_000)
    assert (code, said) == (1, "")
    assert wrong == (f"No newsroom has run on the data in {tmp_path}/ yet: `make run` makes one.\n")
    assert list(tmp_path.iterdir()) == []


def test_a_restore_begins_with_nothing(tmp_path: Path) -> None:
    code, _, wrong = _manage(tmp_path / "new", "restore", str(tmp_path), port=18_000)
    assert code == 1
    assert (
        wrong
        == f"CommandError: {tmp_path} holds no whole backup: its manifest.json cannot be read.\n"
    )


def test_commands_start_the_servers_of_a_newsroom_that_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").touch()
    code, said, wrong = _manage(tmp_path, "showmigrations", "campaign", port=18_000)
    assert (code, wrong) == (0, "")
    assert said.startswith("campaign\n [ ] 0001")
    assert processes_of(tmp_path) == {}


def test_last_words_name_addresses_and_logins(demo: tuple[Run, int]) -> None:
    run, port = demo
    box = run.output.partition("┌")[2]
    assert re.findall(r"http://\S+", box)[:3] == [
        f"http://127.0.0.1:{port}",
        f"http://127.0.0.1:{port + 1}",
        f"http://127.0.0.1:{port + 1}/mail",
    ]
    logins = subprocess.run(
        [sys.executable, "manage.py", "demo", "--logins"],
        cwd=ROOT,
        env=_settings(run)["posting"],
        capture_output=True,
        check=True,
        text=True,
    ).stdout.splitlines()
    assert logins != []
    assert [line for line in logins if line not in box] == []
    assert "Ctrl-C stops everything" in box


def test_killed_process_starts_again(demo: tuple[Run, int]) -> None:
    run, _ = demo
    (victim,) = [pid for pid, command in processes_of(run.data).items() if "worker mail" in command]
    os.kill(victim, signal.SIGKILL)
    assert wait_until(lambda: "mail was ended by SIGKILL; it starts again in 1 s" in run.output)

    def heirs() -> list[int]:
        return [pid for pid, command in processes_of(run.data).items() if "worker mail" in command]

    assert wait_until(lambda: heirs() not in ([], [victim]))


def test_media_worker_knows_no_secret_it_does_not_need(demo: tuple[Run, int]) -> None:
    run, _ = demo
    settings = _settings(run)
    assert settings["media"]["EMAIL_URL"] == "dummy://"
    assert (
        settings["media"]["FIELD_ENCRYPTION_KEYS"] != settings["posting"]["FIELD_ENCRYPTION_KEYS"]
    )


def _settings(run: Run) -> dict[str, dict[str, str]]:
    """The environment of each worker, by its queue."""
    settings = {}
    for pid, command in processes_of(run.data).items():
        if found := re.search(r"worker (\w+)", command):
            pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
            settings[found[1]] = dict(pair.partition("=")[::2] for pair in pairs if pair)
    return settings


def test_port_in_use_names_the_way_out(demo: tuple[Run, int], tmp_path: Path) -> None:
    _, port = demo
    second = Run(tmp_path / "var", port=port)
    assert second.finish() == 1
    assert second.output == (
        f"In use on this machine: port {port} (the newsroom), port {port + 1} (the sandbox), "
        f"port {port + 2} (the sandbox's mail). Stop what uses it, or choose another: "
        f"`make run PORT={port + 100}`.\n"
    )


def test_second_newsroom_on_the_same_data_is_refused(demo: tuple[Run, int]) -> None:
    run, port = demo
    second = Run(run.data, port=port + 100)
    assert second.finish() == 1
    assert second.output.startswith(f"A newsroom already runs on the data in {run.data}/.")


def test_reset_is_refused_while_a_newsroom_runs(demo: tuple[Run, int]) -> None:
    run, _ = demo
    reset = _reset(run.data)
    assert reset.returncode == 1
    assert reset.stderr.startswith("A newsroom already runs on the data")


def test_reset_empties_the_data(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "file").touch()
    (tmp_path / "secrets.env").touch()
    assert _reset(tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_reset_leaves_a_foreign_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").touch()
    reset = _reset(tmp_path)
    assert (reset.returncode, reset.stderr) == (
        1,
        f"{tmp_path} holds no newsroom; nothing was removed.\n",
    )
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


def _reset(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "campaign.local", "reset"],
        cwd=ROOT,
        env=bare_environment() | {"DATA_DIR": str(data)},
        capture_output=True,
        check=False,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_end_leaves_nothing_behind(bare_data: Path, number: signal.Signals) -> None:
    port = free_ports(1)
    run = _run_bare(bare_data, port)
    try:
        run.wait_until_up()
        assert _get(f"http://127.0.0.1:{port}/")[0] == 200
        assert len(processes_of(bare_data)) > 8
    finally:
        run.process.send_signal(number)
        code = run.finish()
    assert code == (-signal.SIGKILL if number is signal.SIGKILL else 0)
    assert wait_until(lambda: not processes_of(bare_data)), processes_of(bare_data)


def test_ctrl_c_in_the_middle_of_the_setup_leaves_nothing_behind(bare_data: Path) -> None:
    run = _run_bare(bare_data, free_ports(1))
    try:
        assert wait_until(lambda: "local.prepare" in str(processes_of(bare_data).values()))
    finally:
        run.process.send_signal(signal.SIGINT)
        code = run.finish()
    assert code == 0
    assert wait_until(lambda: not processes_of(bare_data)), processes_of(bare_data)


def test_killed_supervisor_leaves_nothing_behind(bare_data: Path) -> None:
    run = _run_bare(bare_data, free_ports(1))
    try:
        run.wait_until_up()
        guard = run.process.pid
        children = Path(f"/proc/{guard}/task/{guard}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGKILL)
        assert run.finish() == 1
    finally:
        run.process.kill()
    assert wait_until(lambda: not processes_of(bare_data)), processes_of(bare_data)


@pytest.mark.parametrize("port", ["eighty", "80", "65534", "-1"])
def test_wrong_port_is_refused(tmp_path: Path, port: str) -> None:
    run = Run(tmp_path / "var", port=port)
    assert run.finish() == 1
    assert run.output == f"PORT is '{port}', but must be a number from 1024 to 65533.\n"


def test_wrong_setting_is_named(tmp_path: Path) -> None:
    run = _run_bare_with(tmp_path / "var", SECRET_KEY="short")
    assert run.finish() == 1
    assert "SECRET_KEY is not usable. Set it to a random text of at least 32" in run.output
    assert "The setup failed, so the newsroom does not open." in run.output
    assert wait_until(lambda: not processes_of(tmp_path / "var"))


def _run_bare_with(data: Path, **settings: str) -> Run:
    return Run(data, port=free_ports(1), SANDBOX="0", **settings)
