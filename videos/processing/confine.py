"""A shell of limits around one program: `python -I -S confine.py LIMITS PROGRAM [ARGUMENT …]`.

Sets the limits on itself and then becomes the program, so that there is no moment at which the
program runs without them, and no `preexec_fn` between fork and exec of a threaded process.
LIMITS is JSON: memory, cpu, file_size (bytes, seconds, bytes) and parent (a process id).
It needs the standard library alone: `-I -S` keep everything else out.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def _limit(kind: int, amount: int) -> None:
    """Never above what the machine allows already."""
    _, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (amount, amount))


def _separate(parent: int) -> None:
    """Linux only: die with the parent, gain no privileges, and see no network if allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # The parent died before the line above took effect: nobody would ever end us.
        sys.exit(1)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def main() -> None:
    limits = json.loads(sys.argv[1])
    if sys.platform == "linux":
        _separate(limits["parent"])
    os.nice(limits["nice"])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CPU, limits["cpu"])
    _limit(resource.RLIMIT_FSIZE, limits["file_size"])
    _limit(resource.RLIMIT_AS, limits["memory"])
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - becoming the program is the point of this file


if __name__ == "__main__":
    main()
