"""A backup is really restored: into an empty database of the same server, by the real command."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg2 import sql
from pytest_django import Settings

from campaign import backup
from responders.models import Reply
from tests import factories
from tests.process.helpers import ROOT

pytestmark = pytest.mark.django_db(transaction=True)

#: What a restore writes by itself: a pause, what it did, and that approvals are over.
CHANGED = {"campaign_auditentry", "campaign_pause", "responders_reply"}


@pytest.fixture(autouse=True)
def _places(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "footage"
    settings.SPOOL_DIR = tmp_path / "spool"


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The name of one more database on the server of the tests."""
    name = f"restored_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield name
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def saved(folder: Path) -> Path:
    call_command("backup", str(folder), stdout=io.StringIO())
    return folder


def footage() -> dict[str, bytes]:
    films = {"originals/abc": b"a film" * 50_000, "renditions/abc/web-1.mp4": b"smaller"}
    for name, content in films.items():
        assert default_storage.save(name, ContentFile(content)) == name
    Path(django_settings.SPOOL_DIR).mkdir()
    (Path(django_settings.SPOOL_DIR) / "0f").write_bytes(b"half of a film")
    return films


def rows(database: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    facts = connection.get_connection_params() | {"dbname": database}
    del facts["cursor_factory"]
    with psycopg2.connect(**facts) as other, other.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'; SELECT relname FROM pg_stat_user_tables ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(
                sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table))
            )
            found[table] = [row for (row,) in cursor.fetchall()]
    other.close()
    return found


def restore(folder: Path, *, database: str, data: Path) -> "subprocess.CompletedProcess[str]":
    address = urlsplit(os.environ["DATABASE_URL"])
    there = urlunsplit(address._replace(path=f"/{database}"))
    # The keys of this very process: a worker of the tests has some of its own.
    keys = {name: ",".join(getattr(django_settings, name)) for name in backup.KEYS}
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(folder)],
        cwd=ROOT,
        env=os.environ | keys | {"DATABASE_URL": there, "DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_restored_newsroom_is_the_saved_one_and_posts_nothing(
    tmp_path: Path, empty_database: str
) -> None:
    reply = factories.approved_reply()
    films = footage()
    folder = saved(tmp_path / "backup")
    before = rows(connection.settings_dict["NAME"])

    done = restore(folder, database=empty_database, data=tmp_path / "there")

    assert done.returncode == 0, done.stderr
    assert "Posting is paused everywhere." in done.stdout
    after = rows(empty_database)
    assert set(after) == set(before)
    assert {t: after[t] for t in before if t not in CHANGED} == {
        t: before[t] for t in before if t not in CHANGED
    }
    assert len(after["campaign_pause"]) == len(before["campaign_pause"]) + 1
    [restored] = after["responders_reply"]
    assert (Reply.Status.STALE in restored, f"({reply.pk}," in restored) == (True, True)
    there = tmp_path / "there"
    assert {name: (there / "footage" / name).read_bytes() for name in films} == films
    assert (there / "spool" / "0f").read_bytes() == b"half of a film"

    again = restore(folder, database=empty_database, data=there)
    assert again.returncode == 1
    assert "The database is not empty" in again.stderr


def test_backup_holds_no_secret_and_is_its_owners_alone(tmp_path: Path) -> None:
    factories.AccountFactory(credentials={"access_token": "the-secret-of-the-account"})
    folder = saved(tmp_path / "backup")
    assert [oct(path.stat().st_mode)[-3:] for path in (folder, folder / backup.DUMP)] == [
        "700",
        "600",
    ]
    whole = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    secrets = [django_settings.SECRET_KEY, *django_settings.FIELD_ENCRYPTION_KEYS]
    for secret in (*secrets, *django_settings.EMAIL_HMAC_KEYS, "the-secret-of-the-account"):
        assert secret.encode() not in whole


def test_backup_into_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("mine")
    with pytest.raises(CommandError, match=r"is not empty\. Name a folder that is new\."):
        saved(tmp_path)


@pytest.mark.parametrize("part", ["database.dump", "footage/originals/abc", "spool/0f"])
def test_damaged_backup_is_refused_before_anything_is_written(tmp_path: Path, part: str) -> None:
    footage()
    folder = saved(tmp_path / "backup")
    with (folder / part).open("r+b") as file:
        file.write(b"x")
    with pytest.raises(CommandError, match=f"{part} is missing or changed"):
        call_command("restore", str(folder))
    with pytest.raises(CommandError, match=f"{part} is missing or changed"):
        call_command("restore", str(folder), check=True)


def test_backup_without_its_keys_is_refused(tmp_path: Path, settings: Settings) -> None:
    folder = saved(tmp_path / "backup")
    kept = settings.FIELD_ENCRYPTION_KEYS
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS lacks the key"):
        call_command("restore", str(folder))
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *kept]
    with pytest.raises(CommandError, match="The database is not empty"):
        call_command("restore", str(folder))


def test_backup_of_a_newer_newsroom_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "backup")
    manifest = json.loads((folder / backup.MANIFEST).read_text())
    manifest["migrations"].append("campaign.9999_of_tomorrow")
    (folder / backup.MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(CommandError, match=r"campaign.9999_of_tomorrow is not known here"):
        call_command("restore", str(folder))


def test_storage_with_other_footage_is_refused(tmp_path: Path) -> None:
    footage()
    kept = backup.verify(saved(tmp_path / "backup")).footage
    assert backup._check_storage(kept) == []
    default_storage.save("originals/somebody-elses", ContentFile(b"another film"))
    with pytest.raises(backup.Impossible, match="originals/somebody-elses"):
        backup._check_storage(kept)
