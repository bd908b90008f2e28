"""The whole newsroom, run as `make run` runs it, in a data folder and on ports of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from campaign.env import BASE_DIR
from campaign.local.services import Postgres, Valkey

START_SECONDS = 120.0
UP = "The newsroom is up."


@dataclass
class Running:
    """A newsroom that answers, and what it has said so far."""

    process: subprocess.Popen[str]
    data: Path
    port: int
    lines: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def database_url(self) -> str:
        return Postgres(self.data / "postgres").url

    @property
    def redis_url(self) -> str:
        return Valkey(self.data / "valkey").url

    @property
    def password(self) -> str:
        said = re.search(r"password: (\S+)", "\n".join(self.lines))
        assert said, "no password was printed"
        return said.group(1)

    def secret(self, name: str) -> str:
        """A setting that the newsroom made for itself."""
        said = re.search(rf"^{name}=(.+)$", (self.data / "secrets.env").read_text(), re.MULTILINE)
        assert said, f"{name} was not kept"
        return said.group(1).strip("'\"")

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which a process belongs to this newsroom."""
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "SECRET_KEY": self.secret("SECRET_KEY"),
            "FIELD_ENCRYPTION_KEYS": self.secret("FIELD_ENCRYPTION_KEYS"),
            "DATA_DIR": str(self.data),
            "PUBLIC_URL": self.address,
            "X_API_URL": self.sandbox,
            "X_WEB_URL": self.sandbox,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.port + 2}",
            "DEBUG": "1",
        }

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not any(UP in line for line in self.lines):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The newsroom did not start:\n" + "\n".join(self.lines[-40:]))
            time.sleep(0.1)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


def three_free_ports() -> int:
    """The first of three ports in a row that nobody uses."""
    for _ in range(50):
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                for number in (port + 1, port + 2):
                    with socket.socket() as other:
                        other.bind(("127.0.0.1", number))
            except OSError:
                continue
        return port
    raise RuntimeError("no three free ports in a row")


@contextmanager
def running_newsroom(**settings: str) -> Iterator[Running]:
    """Start one, with these settings on top, and stop it at the end whatever happens."""
    with tempfile.TemporaryDirectory(prefix="newsroom-") as folder:
        port = three_free_ports()
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "DATA_DIR": folder,
            "PORT": str(port),
            **settings,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "campaign.local"],
            cwd=BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Running(process, Path(folder), port)
        threading.Thread(target=running.listen, daemon=True).start()
        try:
            running.wait_until_up()
            yield running
        finally:
            if process.poll() is None:
                running.stop()
