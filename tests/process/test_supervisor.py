import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from campaign.local import supervisor as supervision
from campaign.local.supervisor import STOP_SIGNALS, Console, Program, Supervisor
from tests.process.helpers import is_alive, wait_until

pytestmark = pytest.mark.process


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    supervisor = Supervisor(Console(width=6))
    yield supervisor
    supervisor.stop()
    for number, handler in before.items():
        signal.signal(number, handler)


def _program(name: str, script: str, *arguments: object, stop_rank: int = 0) -> Program:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return Program(name, command, dict(os.environ), stop_rank)


def _tick_until(supervisor: Supervisor, file: Path, *, lines: int) -> list[str]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        supervisor.tick()
        if file.exists() and len(file.read_text().splitlines()) >= lines:
            break
    return file.read_text().splitlines()


def test_output_is_prefixed_line_by_line(
    supervisor: Supervisor, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    script = "import sys; print('one'); print('two', file=sys.stderr, end='')"
    supervisor.console = Console(width=6)
    assert supervisor.finish(_program("web", script)) == 0
    assert sorted(capfdbinary.readouterr().out.decode().splitlines()) == [
        "   web │ one",
        "   web │ two",
    ]


def test_finish_returns_exit_code(supervisor: Supervisor) -> None:
    assert supervisor.finish(_program("step", "raise SystemExit(3)")) == 3


def test_crashed_program_is_started_again_with_longer_pauses(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "FIRST_DELAY", 0.2)
    script = "import sys, time; open(sys.argv[1], 'a').write(f'{time.monotonic()}\\n'); sys.exit(1)"
    supervisor.start(_program("crash", script, tmp_path / "starts"))
    first, second, third = map(float, _tick_until(supervisor, tmp_path / "starts", lines=3)[:3])
    assert second - first >= 0.2
    assert third - second >= 0.4


def test_stop_ends_lower_ranks_first(supervisor: Supervisor, tmp_path: Path) -> None:
    script = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    time.sleep(float(sys.argv[3])); open(sys.argv[2], 'a').write(sys.argv[1] + '\\n')\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "open(sys.argv[2], 'a').write('up\\n'); time.sleep(60)"
    )
    file = tmp_path / "words"
    supervisor.start(_program("last", script, "last", file, 0, stop_rank=1))
    supervisor.start(_program("first", script, "first", file, 0.5))
    _tick_until(supervisor, file, lines=2)
    supervisor.stop()
    assert file.read_text().split() == ["up", "up", "first", "last"]


def test_stop_kills_the_deaf_and_what_they_started(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "STOP_SECONDS", 0.5)
    script = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = subprocess.Popen(['sleep', '60'])\n"
        "open(sys.argv[1], 'w').write(f'{grandchild.pid}\\n'); time.sleep(60)"
    )
    child = supervisor.start(_program("deaf", script, tmp_path / "pid"))
    (grandchild,) = map(int, _tick_until(supervisor, tmp_path / "pid", lines=1))
    supervisor.stop()
    assert not is_alive(child.process.pid)
    assert wait_until(lambda: not is_alive(grandchild))  # killed, but nobody of ours to wait for
