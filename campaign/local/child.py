"""Becomes another program that cannot outlive its parent; run as a script, never imported.

    python -I -S child.py SIGNAL FOLDERS|- PROGRAM [ARGUMENT…]

The kernel sends SIGNAL when the parent dies (Linux; elsewhere the supervisor's own watch must do).
With folders (one a line), a root caller first becomes the owner of the first, because
PostgreSQL refuses to be root: a folder of another user means that user; a folder of root's means a
user namespace in which we are an ordinary user who owns root's files; where the kernel forbids
that (in most containers), `nobody`, to whom the folders are given.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
NOBODY = 65534
ORDINARY_USER = 1000


def die_with_parent(signal_number: int, *, parent: int) -> None:
    """Asks the kernel for SIGNAL at the parent's death. A change of user forgets it: call last."""
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


def become_and_reach(user: int, *, group: int) -> None:
    """Becomes USER, who may still pass through root's closed folders: /root is where we may lie."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    become(user, group=group)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    mask = 1 << CAP_DAC_OVERRIDE
    capabilities = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    # Where root itself has no such power (a confined container), PostgreSQL will say what it lacks.
    libc.capset(header, capabilities)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def is_open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.parents)


def give_away(folder: Path, *, user: int, group: int) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, group, follow_symlinks=False)


def leave_root(folders: list[Path], *, program: Path) -> None:
    owner = folders[0].stat()
    user, group = owner.st_uid, owner.st_gid
    if user == 0:
        if enter_user_namespace():
            return
        user = group = NOBODY
    for folder in folders:
        give_away(folder, user=user, group=group)
    closed = not all(is_open_to_all(path) for path in (*folders, program))
    if closed and sys.platform == "linux":
        become_and_reach(user, group=group)
    else:
        become(user, group=group)


def main(signal_number: str, folders: str, *program: str) -> None:
    parent = os.getppid()
    if folders != "-" and os.geteuid() == 0:
        leave_root([Path(folder) for folder in folders.splitlines()], program=Path(program[0]))
    die_with_parent(int(signal_number), parent=parent)
    os.execv(program[0], program)  # noqa: S606  (there is no shell to avoid: this is the exec itself)


if __name__ == "__main__":
    main(*sys.argv[1:])
