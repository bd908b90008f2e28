import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from videos.processing import limits

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux can promise or show it")


def python(
    folder: Path, code: str, *, seconds: float = 20, file_size: int = limits.FILE_SIZE
) -> limits.Outcome:
    program = [sys.executable, "-I", "-c", code]
    return limits.run(program, folder=folder, seconds=seconds, file_size=file_size)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not yet collected does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def ends(pid: int) -> bool:
    """Whether a process ends within a few seconds."""
    deadline = time.monotonic() + 5
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_alive(pid)


def test_run_gives_the_program_nothing_of_our_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")

    outcome = python(folder, "import os; print(sorted(os.environ), os.getcwd())")

    assert outcome.output == f"['HOME', 'LANG', 'TMPDIR'] {folder}\n"


def test_run_ends_a_program_that_takes_too_much_memory(folder: Path) -> None:
    outcome = python(folder, "x = bytearray(3 * 1024**3)")

    assert not outcome.ok
    assert "MemoryError" in outcome.errors


def test_run_ends_a_program_that_writes_too_much(folder: Path) -> None:
    code = "open('big', 'wb').write(bytes(2_000_000))"

    outcome = python(folder, code, file_size=1_000_000)

    assert not outcome.ok
    assert (folder / "big").stat().st_size <= 1_000_000


@linux
def test_run_ends_the_whole_group_after_its_time(folder: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)"
    )
    started = time.monotonic()

    outcome = python(folder, code, seconds=1)

    assert (outcome.timed_out, outcome.out_of_time, outcome.ok) == (True, True, False)
    assert time.monotonic() - started < 10
    assert ends(int(outcome.output))


@linux
def test_run_leaves_no_program_behind_when_its_worker_is_killed(folder: Path) -> None:
    """What happens to FFmpeg when somebody kills the media worker."""
    root = Path(limits.__file__).parents[2]
    sleeper = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    code = f"""
import sys
sys.path.insert(0, {str(root)!r})
from pathlib import Path
from videos.processing import limits

def tell(line):
    print(line, flush=True)

program = [sys.executable, "-c", {sleeper!r}]
limits.run(program, folder=Path("."), seconds=60, on_line=tell)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=folder
    ) as worker:
        assert worker.stdout is not None
        program = int(worker.stdout.readline())
        assert is_alive(program)
        worker.kill()

    assert ends(program)


def test_run_is_polite_and_without_core_dumps(folder: Path) -> None:
    code = "import os, resource; print(os.nice(0), resource.getrlimit(resource.RLIMIT_CORE))"

    outcome = python(folder, code)

    assert outcome.output == f"{min(19, os.nice(0) + 10)} (0, 0)\n"


def test_run_keeps_the_end_of_what_was_said(folder: Path) -> None:
    outcome = python(folder, "import sys; sys.stderr.write('x' * 200_000 + 'the end')")

    assert len(outcome.errors) == limits.SAID_AT_MOST
    assert outcome.errors.endswith("the end")
