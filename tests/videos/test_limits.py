import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from videos.processing import limits


def python(folder: Path, code: str, **bounds: float) -> limits.Outcome:
    return limits.run(
        [sys.executable, "-I", "-c", code], folder=folder, **{"seconds": 20, **bounds}
    )


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
    child = int(outcome.output)
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline, "the grandchild lives on"
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can promise it")
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
    worker = psutil.Popen([sys.executable, "-c", code], stdout=-1, cwd=folder)
    program = psutil.Process(int(worker.stdout.readline()))

    worker.kill()
    worker.wait()
    worker.stdout.close()

    gone, alive = psutil.wait_procs([program], timeout=5)
    assert (gone, alive) == ([program], [])


def test_run_is_polite_and_without_core_dumps(folder: Path) -> None:
    code = "import os, resource; print(os.nice(0), resource.getrlimit(resource.RLIMIT_CORE))"

    outcome = python(folder, code)

    assert outcome.output == f"{min(19, os.nice(0) + 10)} (0, 0)\n"


def test_run_keeps_the_end_of_what_was_said(folder: Path) -> None:
    outcome = python(folder, "import sys; sys.stderr.write('x' * 200_000 + 'the end')")

    assert len(outcome.errors) == limits.SAID_AT_MOST
    assert outcome.errors.endswith("the end")
