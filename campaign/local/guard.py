"""Sees to it that nothing which the supervisor started outlives it, even when it is killed.

The guard is the parent of the supervisor and adopts every orphan below it (Linux's subreaper). It
holds no other duty, so there is little in it that can fail.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

from campaign.local.child import die_with_parent
from campaign.local.supervisor import STOP_SIGNALS

PR_SET_CHILD_SUBREAPER = 36
GRACE_SECONDS = 8.0
PAUSE = 0.05


def guarded(work: Callable[[], int]) -> int:
    """Runs WORK in a child, passes signals on to it, and ends whatever it leaves behind.

    WORK unblocks `STOP_SIGNALS` when it is ready for them, as a `Supervisor` does.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    guard = os.getpid()
    # Signals that arrive before there is anybody to pass them on to must wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    supervisor = os.fork()
    if supervisor == 0:
        # Ctrl-C reaches a whole terminal session: ours is the one copy of it that counts.
        os.setsid()
        die_with_parent(signal.SIGTERM, parent=guard)
        sys.exit(work())

    def forward(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(supervisor, number)

    for number in STOP_SIGNALS:
        signal.signal(number, forward)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    status = _wait_for(supervisor)
    _end_orphans()
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        print("The supervisor was killed; what it ran has been stopped.", file=sys.stderr)
        return 1
    return code


def _wait_for(supervisor: int) -> int:
    while True:
        process_id, status = os.waitpid(-1, 0)
        if process_id == supervisor:
            return status


def _end_orphans() -> None:
    """Asks them to go, waits, then kills; what they leave becomes ours and goes the same way."""
    for child in _children():
        _send(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while _some_are_left():
        if time.monotonic() > deadline:
            for child in _children():
                _send(child, signal.SIGKILL)
        time.sleep(PAUSE)


def _some_are_left() -> bool:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _send(process_id: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(process_id, number)


def _children() -> Iterator[int]:
    """The processes whose parent we are, by /proc; none where there is no /proc."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name in brackets may itself hold spaces and brackets.
            parent = stat.read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid():
                yield int(stat.parent.name)
