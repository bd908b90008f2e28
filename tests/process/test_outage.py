"""The public's page while PostgreSQL is really stopped, and after it has come back."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
import requests
from cryptography.fernet import Fernet

from campaign.local.services import Postgres, Valkey
from tests.process.helpers import ROOT, bare_environment, free_ports, wait_until

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

MAKE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.factories import PetitionFactory, PetitionTextFactory
PetitionTextFactory(petition=PetitionFactory(slug="share"), title="Share the responsibility")
from petitions import tokens
print(tokens.for_form("share"))
"""
#: Seconds after which the page is neither fresh nor renewed behind the reader's back.
STALE = 8


def environment(folder: Path, *, database: str, redis: str) -> dict[str, str]:
    return bare_environment() | {
        "DJANGO_SETTINGS_MODULE": "campaign.settings",
        "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "EMAIL_HMAC_KEYS": "only-for-tests-only-for-tests-only-for-tests",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "PUBLIC_URL": "http://127.0.0.1",
        "DATA_DIR": str(folder),
        "DEBUG": "1",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def served(settings: dict[str, str]) -> Iterator[str]:
    """The address of an own web process."""
    port = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", "campaign.asgi:application", "--port", str(port)]
    process = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT, env=settings)
    address = f"http://127.0.0.1:{port}"
    try:
        assert wait_until(lambda: _answers(f"{address}/health/live"), seconds=60)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.ConnectionError:
        return False


def signatures(database: str) -> int:
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM petitions_signature")
        (number,) = cursor.fetchone() or (0,)
    connection.close()
    return int(number)


def test_the_page_stays_and_nothing_typed_is_lost(tmp_path: Path) -> None:
    with Valkey(tmp_path / "valkey", fast=True) as valkey:
        postgres = Postgres(tmp_path / "postgres", fast=True)
        postgres.start()
        try:
            settings = environment(tmp_path, database=postgres.url, redis=valkey.url)
            made = subprocess.run(
                [sys.executable, "-c", MAKE],
                cwd=ROOT,
                env=settings,
                capture_output=True,
                check=True,
            )
            form = {
                "token": made.stdout.decode().split()[-1],
                "name": "Tess O'Hara",
                "email": "tess@example.org",
                "country": "GB",
            }
            with served(settings) as address:
                page = f"{address}/p/share/?lang=en"
                before = requests.get(page, timeout=20)
                assert before.status_code == 200

                postgres.stop()
                time.sleep(STALE)
                stale = requests.get(page, timeout=20)
                assert (stale.status_code, stale.text) == (200, before.text)
                assert int(stale.headers["Age"]) >= STALE - 1

                refused = requests.post(page, data=form, timeout=20, allow_redirects=False)
                assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
                assert "Nothing was stored." in refused.text
                assert 'name="name" value="Tess O&#x27;Hara"' in refused.text

                postgres.start()
                assert wait_until(lambda: _signs(page, form), seconds=20)
            assert signatures(postgres.url) == 1
        finally:
            postgres.stop()


def _signs(page: str, form: dict[str, str]) -> bool:
    return requests.post(page, data=form, timeout=20, allow_redirects=False).status_code == 303
