"""Where films lie while they arrive: one file an upload, on a disk that all web processes share.

The file's size is how much has arrived; nothing else keeps count, so that nothing can disagree. A
writer holds the file's lock only while it writes one block, and writes only at the end that it
believes in: two writers of one upload can never mix their bytes, and a dead one blocks nobody.
"""

import fcntl
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

#: The biggest block that is written under the lock at once, in bytes.
BLOCK = 256 * 1024


class WrongOffsetError(Exception):
    """The upload ends elsewhere than the writer believes; `offset` is where."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the upload ends at {offset}")
        self.offset = offset


def offset(upload: uuid.UUID) -> int:
    """How many bytes have arrived; 0 of an upload that has no file yet."""
    return progress(upload)[0]


def progress(upload: uuid.UUID) -> tuple[int, float]:
    """Bytes that have arrived, and when the last did, in seconds of the epoch; (0, 0.0) of none."""
    try:
        facts = path(upload).stat()
    except FileNotFoundError:
        return 0, 0.0
    return facts.st_size, facts.st_mtime


def exists(upload: uuid.UUID) -> bool:
    return path(upload).exists()


def begin(upload: uuid.UUID) -> None:
    """Make the file, unless it is there."""
    with _opened(upload):
        pass


def append(upload: uuid.UUID, block: bytes, *, at: int) -> int:
    """Write a block at the end, which must be `at`; returns the new end.

    Raises `WrongOffsetError`. Where the disk is full the block is taken back, and OSError raised.
    """
    with _opened(upload) as file:
        end = os.fstat(file.fileno()).st_size
        if end != at:
            raise WrongOffsetError(end)
        try:
            _write(file.fileno(), block, at=at)
        except OSError:
            os.ftruncate(file.fileno(), at)
            raise
        return at + len(block)


def keep(upload: uuid.UUID) -> None:
    """Have the disk itself hold what has arrived: it survives a power cut from here on."""
    with _opened(upload) as file:
        os.fsync(file.fileno())


def start_over(upload: uuid.UUID) -> None:
    """Forget what has arrived."""
    with _opened(upload) as file:
        os.ftruncate(file.fileno(), 0)


def sha256(upload: uuid.UUID) -> str:
    digest = hashlib.sha256()
    with path(upload).open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def whole(upload: uuid.UUID) -> Iterator[IO[bytes] | None]:
    """The file to read, for one reader at a time; None while somebody else reads it.

    Raises FileNotFoundError.
    """
    with path(upload).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file


def remove(upload: uuid.UUID) -> None:
    """Delete the file; one that is gone already is no error."""
    path(upload).unlink(missing_ok=True)


def older_than(seconds: float) -> list[uuid.UUID]:
    """Uploads with a file that nobody has written to for so long."""
    limit = time.time() - seconds
    found = []
    for file in _folder().iterdir():
        try:
            if file.stat().st_mtime < limit:
                found.append(uuid.UUID(file.name))
        except (FileNotFoundError, ValueError):
            continue
    return found


def _folder() -> Path:
    folder: Path = settings.SPOOL_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def path(upload: uuid.UUID) -> Path:
    """Where its bytes lie; the file may not be there yet."""
    return _folder() / upload.hex


@contextmanager
def _opened(upload: uuid.UUID) -> Iterator[IO[bytes]]:
    """The file, made if need be, under its lock."""
    descriptor = os.open(path(upload), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _write(descriptor: int, block: bytes, *, at: int) -> None:
    view = memoryview(block)
    while view:
        written = os.pwrite(descriptor, view, at)
        view = view[written:]
        at += written
