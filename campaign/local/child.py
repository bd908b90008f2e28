"""Becomes another program that cannot outlive its parent; run as a script, never imported.

    python -I -S child.py SIGNAL OWNED_FOLDER|- PROGRAM [ARGUMENT…]

The kernel sends SIGNAL when the parent dies (Linux; elsewhere the supervisor's own watch must do).
With a folder, a root caller first becomes the folder's owner, because PostgreSQL refuses to be
root: a folder of another user means that user; a folder of root's means a user namespace in which
we are an ordinary user who owns root's files; where the kernel forbids that, `nobody`.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534
ORDINARY_USER = 1000


def die_with_parent(signal_number: int, *, parent: int) -> None:
    """Asks the kernel for SIGNAL at the parent's death. A change of user forgets it, so call last."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("The parent has gone already.")


def enter_user_namespace() -> bool:
    """Leaves root for an ordinary user to whom root's own files belong; False where forbidden."""
    if sys.platform != "linux" or ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0:
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{ORDINARY_USER} 0 1")
        Path("/proc/self/gid_map").write_text(f"{ORDINARY_USER} 0 1")
    except OSError as error:
        sys.exit(f"A user namespace could not be set up: {error}")
    return True


def become(user: int, *, group: int) -> None:
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def give_away(folder: Path, *, user: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)


def leave_root(folder: Path) -> None:
    owner = folder.stat()
    if owner.st_uid != 0:
        become(owner.st_uid, group=owner.st_gid)
    elif not enter_user_namespace():
        give_away(folder, user=NOBODY)
        become(NOBODY, group=NOBODY)


def main(signal_number: str, folder: str, *program: str) -> None:
    parent = os.getppid()
    if folder != "-" and os.geteuid() == 0:
        leave_root(Path(folder))
    die_with_parent(int(signal_number), parent=parent)
    os.execv(program[0], program)  # noqa: S606  (there is no shell to avoid: this is the exec itself)


if __name__ == "__main__":
    main(*sys.argv[1:])
