"""What every test stands on: an own PostgreSQL and Valkey, and settings that no machine changes.

pytest reads this file before pytest-django looks for the settings, so the environment is made
here, at import. The first pytest process starts the servers; xdist's workers inherit their
addresses. `DATABASE_URL` and `REDIS_URL` in the environment replace the embedded ones.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from playwright.sync_api import Browser, sync_playwright

from campaign import env
from campaign.local.services import Postgres, Server, Valkey
from tests import browser as browsers

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
EMBEDDED_REDIS = "TESTS_EMBEDDED_REDIS"


def _start(server: Server) -> str:
    atexit.register(server.stop)
    server.start()
    return server.url


def _prepare_environment(folder: Path) -> None:
    """Only what is written here reaches the tests: no shell's variables, no `.env`."""
    database = os.environ.get("DATABASE_URL")
    redis = os.environ.get("REDIS_URL")
    for name in env.Environment.model_fields:
        os.environ.pop(name.upper(), None)
    env.Environment.model_config["env_file"] = None
    if not redis:
        os.environ[EMBEDDED_REDIS] = "1"
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "campaign.settings",
        "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "EMAIL_HMAC_KEYS": "only-for-tests-only-for-tests-only-for-tests",
        "DATABASE_URL": database or _start(Postgres(folder / "postgres", fast=True)),
        "REDIS_URL": redis or _start(Valkey(folder / "valkey", fast=True)),
        "DEBUG": "0",
        "SECOND_FACTOR_ROLES": "",
        "PUBLIC_URL": "http://testserver",
        "EMAIL_URL": "memory://",
        "DATA_DIR": str(folder / "data"),
        "LOG_LEVEL": "WARNING",
    }
    (folder / "data" / "staticfiles").mkdir(parents=True)


def _prepare_settings() -> None:
    """What the tests need otherwise than a newsroom does."""
    from django.conf import settings  # noqa: PLC0415  (reads the environment)

    # Hashed names of static files need `collectstatic`; hashing passwords well needs time.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if WORKER:
        _move_apart(settings)


def _move_apart(settings: Any) -> None:
    """A worker's settings were read with its parent's environment: give it places of its own."""
    redis, folder = os.environ["REDIS_URL"], Path(os.environ["DATA_DIR"])
    settings.REDIS_URL = redis
    settings.CACHES["default"]["LOCATION"] = redis
    for queue in settings.RQ_QUEUES.values():
        queue["URL"] = redis
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "footage"
    settings.STATIC_ROOT = folder / "staticfiles"
    settings.SPOOL_DIR = folder / "spool"
    settings.FIELD_ENCRYPTION_KEYS = [os.environ["FIELD_ENCRYPTION_KEYS"]]


def _own_redis_database(url: str) -> str:
    """One database a worker, so that a test may look at, and empty, all of it."""
    number = 1 + int(WORKER.removeprefix("gw")) if WORKER else 0
    if not number:
        return url
    base, _, _ = url.partition("?")
    return f"{base}?db={number}"


_folder = Path(tempfile.mkdtemp(prefix="newsroom-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
_prepare_environment(_folder)
if WORKER:
    os.environ["REDIS_URL"] = _own_redis_database(os.environ["REDIS_URL"])
_prepare_settings()

import django  # noqa: E402  (needs the environment)
import redis  # noqa: E402

django.setup()

from tests.running import Run, running_newsroom  # noqa: E402


# First, for xdist reads the groups in a hook of the same name.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `--dist loadgroup`, who shares the newsroom stays together; all else with its file."""
    for item in items:
        shared = isinstance(item, pytest.Function) and "newsroom" in item.fixturenames
        item.add_marker(pytest.mark.xdist_group("newsroom" if shared else str(item.path)))


@pytest.fixture(scope="session")
def newsroom() -> Iterator[Run]:
    """The whole newsroom with its demo, for all who need one: it starts for most of a minute."""
    with running_newsroom() as running:
        yield running


@pytest.fixture(scope="session")
def redis_connection() -> Iterator[redis.Redis]:
    """This process's Redis database. One of somebody else's that holds data is left alone."""
    connection = redis.Redis.from_url(os.environ["REDIS_URL"])
    if EMBEDDED_REDIS not in os.environ and connection.dbsize():
        pytest.exit("REDIS_URL names a database with data in it; the tests would empty it.")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser. Not for longer than a module: its event loop would shut out the database."""
    path = os.environ.get("CHROMIUM") or browsers.find()
    if path is None and os.environ.get("CI"):
        pytest.fail("CI must have a browser: no journey was tried.")
    if path is None:
        pytest.skip("No browser was found, so this journey was NOT tried.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _empty_redis(redis_connection: redis.Redis) -> Iterator[None]:
    yield
    redis_connection.flushdb()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test has to say also where it passes: `record_property("to say", …)`."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, words in getattr(report, "user_properties", ()):
                if name == "to say" and report.when == "call":
                    terminalreporter.write_line(f"{report.nodeid}: {words}")
