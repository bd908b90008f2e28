"""The whole newsroom, run as `make run` runs it, in a data folder and on ports of its own."""

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from campaign.local.services import Postgres, Valkey
from tests.process.helpers import ROOT, bare_environment, free_ports, wait_until

START_SECONDS = 120.0
STOP_SECONDS = 40.0
UP = "The newsroom is up."


class Run:
    """A `make run` under way, with everything it has said."""

    def __init__(self, data: Path, *, port: int | str, **settings: str) -> None:
        self.data = data
        self.port = port
        environment = bare_environment() | {"DATA_DIR": str(data), "PORT": str(port)} | settings
        self.process = subprocess.Popen(
            [sys.executable, "-m", "campaign.local"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def output(self) -> str:
        return "".join(list(self.lines))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{int(self.port) + 1}"

    @property
    def password(self) -> str:
        """The demo's, as the last words tell it."""
        said = re.search(r"password: (\S+)", self.output)
        assert said, self.output
        return said[1]

    @property
    def database_url(self) -> str:
        return Postgres(self.data / "postgres").url

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which another process belongs to this newsroom."""
        secrets = (self.data / "secrets.env").read_text().splitlines()
        made = {name: value.strip("'\"") for name, _, value in (s.partition("=") for s in secrets)}
        return made | {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": Valkey(self.data / "valkey").url,
            "DATA_DIR": str(self.data),
            "PUBLIC_URL": self.address,
            "X_API_URL": self.sandbox,
            "X_WEB_URL": self.sandbox,
            "EMAIL_URL": f"smtp://127.0.0.1:{int(self.port) + 2}",
            "DEBUG": "1",
        }

    def wait_until_up(self) -> None:
        wait_until(
            lambda: UP in self.output or self.process.poll() is not None, seconds=START_SECONDS
        )
        assert UP in self.output, self.output

    def finish(self) -> int:
        """Waits for the end. One that does not come is forced, and is an error."""
        try:
            return self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"It did not end:\n{self.output}") from None
        finally:
            self._reader.join(timeout=STOP_SECONDS)
            assert self.process.stdout is not None
            self.process.stdout.close()


@contextmanager
def running(data: Path, **settings: str) -> Iterator[Run]:
    """A demo newsroom with its data there, up and answering; stopped at the end."""
    run = Run(data, port=free_ports(3), **settings)
    try:
        run.wait_until_up()
        yield run
    finally:
        run.process.terminate()
        run.finish()


@contextmanager
def running_newsroom(**settings: str) -> Iterator[Run]:
    """The same, with data that nobody keeps."""
    with (
        tempfile.TemporaryDirectory(prefix="newsroom-") as folder,
        running(Path(folder) / "var", **settings) as run,
    ):
        yield run
