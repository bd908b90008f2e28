"""Runs a program that reads a stranger's file, within bounds of memory, time and disk."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CONFINE = Path(__file__).with_name("confine.py")
# FFmpeg with libx264 does not start within 1 GB of address space; 2 GB is enough for 4K.
MEMORY = 2 * 1024**3
FILE_SIZE = 512 * 1024**2
SAID_AT_MOST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended: its exit code (negative: the signal), and the tail of what it said."""

    code: int
    timed_out: bool
    output: str
    errors: str

    @property
    def ok(self) -> bool:
        return self.code == 0 and not self.timed_out

    @property
    def out_of_time(self) -> bool:
        """Stopped by our clock or by the limit on processor time."""
        return self.timed_out or self.code in {-signal.SIGXCPU, -signal.SIGKILL}


def run(
    arguments: Sequence[str | Path],
    *,
    folder: Path,
    seconds: float,
    file_size: int = FILE_SIZE,
    on_line: Callable[[str], None] | None = None,
) -> Outcome:
    """Run `arguments` in `folder` and wait; after `seconds` its whole process group is killed.

    The program gets nothing of our environment (no credentials, no settings), no standard input,
    and paths only: there is no shell. `on_line` hears each line of its output as it comes.
    """
    bounds = {
        "memory": MEMORY,
        "cpu": int(seconds) * 2 + 1,
        "file_size": file_size,
        "nice": 10,
        "parent": os.getpid(),
    }
    command = [sys.executable, "-I", "-S", str(CONFINE), json.dumps(bounds), *map(str, arguments)]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={"LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        late = threading.Event()

        def end() -> None:
            late.set()
            _kill(process)

        alarm = threading.Timer(seconds, end)
        alarm.start()
        try:
            output = _listen(process, on_line)
            code = process.wait()
        finally:
            alarm.cancel()
            _kill(process)
            process.wait()
        return Outcome(code=code, timed_out=late.is_set(), output=output, errors=_tail(errors))


def _listen(process: "subprocess.Popen[str]", on_line: Callable[[str], None] | None) -> str:
    heard: list[str] = []
    size = 0
    assert process.stdout is not None  # noqa: S101 - Popen was given a pipe; this tells mypy
    with process.stdout as lines:
        for line in lines:
            if on_line:
                on_line(line.rstrip("\n"))
            if size < SAID_AT_MOST:
                heard.append(line)
                size += len(line)
    return "".join(heard)


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0, os.SEEK_END)
    errors.seek(max(0, errors.tell() - SAID_AT_MOST))
    return errors.read().decode("utf-8", "replace")


def _kill(process: "subprocess.Popen[str]") -> None:
    """The program and everything that it started; a group that has ended already is no error."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
