"""Where footage lies: names of ours in Django's default storage, local disk or S3 alike.

A name never holds anything that a phone, a browser or a person chose.
"""

import hashlib
import logging
import shutil
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage, storages

log = logging.getLogger(__name__)

BLOCK = 1024 * 1024
ORIGINALS = "originals"


def keep_original(upload: File[bytes], clip: uuid.UUID) -> str:
    """Store the film as it came; returns its name in the storage.

    What a try that was killed may have left under this name goes first.
    """
    name = f"{ORIGINALS}/{clip.hex}"
    default_storage.delete(name)
    upload.seek(0)
    return default_storage.save(name, upload)


def originals_before(moment: datetime) -> Iterator[str]:
    """Names of the originals that are older than `moment`."""
    try:
        _folders, names = default_storage.listdir(ORIGINALS)
    except FileNotFoundError:
        return
    for name in names:
        full = f"{ORIGINALS}/{name}"
        if default_storage.get_modified_time(full) < moment:
            yield full


def keep_rendition(path: Path, *, clip: uuid.UUID, kind: str, sha256: str) -> str:
    """Store a finished file; returns its name. The hash in the name keeps two makings apart."""
    name = f"renditions/{clip.hex}/{kind}-{sha256[:16]}{path.suffix}"
    with path.open("rb") as file:
        return default_storage.save(name, File(file))


def keep_evidence(upload: File[bytes], *, consent: int, sha256: str) -> str:
    """Store what shows a consent; returns its name. It is served to safeguarding alone."""
    upload.seek(0)
    return default_storage.save(f"evidence/{consent}-{sha256[:16]}", upload)


def digest(upload: File[bytes]) -> str:
    """The sha256 of a file that was sent, read in blocks."""
    found = hashlib.sha256()
    for block in upload.chunks(BLOCK):
        found.update(block)
    return found.hexdigest()


def fetch(name: str, target: Path) -> None:
    """Copy a stored file to `target`; raises FileNotFoundError if the storage has none."""
    with default_storage.open(name, "rb") as stored, target.open("wb") as file:
        shutil.copyfileobj(stored, file, BLOCK)


def remove(name: str) -> None:
    """Delete a stored file; one that is gone already is no error."""
    default_storage.delete(name)


def remove_all(names: Iterable[str]) -> None:
    """Delete files that no row names any more; one that stays is only noted."""
    for name in names:
        try:
            remove(name)
        except Exception:  # each storage has errors of its own
            log.exception("the file %s could not be deleted", name)


def exists(name: str) -> bool:
    return bool(name) and default_storage.exists(name)


def open_file(name: str) -> File[bytes]:
    """A stored file, to be read in blocks."""
    return default_storage.open(name, "rb")


def local_path(name: str) -> Path | None:
    """Where the file is on this machine's disk; None if the storage is somewhere else."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        return None


def signed_url(name: str) -> str:
    """An address at the storage itself that works for a few minutes."""
    return storages["links"].url(name)
