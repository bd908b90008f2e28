"""The newsroom's servers and processes, each of which may be killed and comes back."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from campaign.env import BASE_DIR
from campaign.local.services import Postgres, Server, Valkey

#: How many of each are at work.
PROCESSES = {
    "posting": (3, ["worker", "posting"]),
    "uploads": (1, ["worker", "uploads"]),
    "clock": (2, ["clock"]),
    "listen": (1, ["listen"]),
}


class House:
    """Start it from the main thread; `close` leaves nobody behind."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder / "postgres")
        self.valkey = Valkey(folder / "valkey", fast=True)
        self._log = (folder / "processes.log").open("ab")
        self._crew: list[tuple[str, subprocess.Popen[bytes]]] = []
        self.kills = 0

    def start_servers(self) -> None:
        self.postgres.start()
        self.valkey.start()

    def start_processes(self) -> None:
        for role, (count, _) in PROCESSES.items():
            self._crew += [(role, self._spawn(role)) for _ in range(count)]

    def kill(self, role: str, number: int) -> None:
        """SIGKILL for one of them, as when its machine loses power."""
        theirs = [process for known, process in self._crew if known == role]
        theirs[number % len(theirs)].kill()
        self.kills += 1

    def revive(self) -> None:
        """Whoever ended, killed or not, is started again: what a supervisor does."""
        for place, (role, process) in enumerate(self._crew):
            if process.poll() is not None:
                self._crew[place] = (role, self._spawn(role))

    def kill_valkey(self) -> None:
        """Killed, and empty when it comes back."""
        self._kill_server(self.valkey, signal.SIGKILL)

    def restart_postgres(self, *, at_once: bool) -> None:
        """With its connections cut, or (`at_once`) as in a crash."""
        self._kill_server(self.postgres, signal.SIGQUIT if at_once else signal.SIGINT)

    def close(self) -> None:
        for _, process in self._crew:
            process.kill()
        for _, process in self._crew:
            process.wait()
        self._log.close()
        self.valkey.stop()
        self.postgres.stop()

    def last_words(self) -> str:
        return Path(self._log.name).read_text(errors="replace")[-4_000:]

    def keep_log(self, target: Path) -> None:
        shutil.copyfile(self._log.name, target)

    def _kill_server(self, server: Server, how: signal.Signals) -> None:
        assert server.process is not None
        server.process.send_signal(how)
        server.process.wait(timeout=30)
        server.start()
        self.kills += 1

    def _spawn(self, role: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.hurried", *PROCESSES[role][1]],
            cwd=BASE_DIR,
            env=os.environ.copy(),
            stdout=self._log,
            stderr=self._log,
        )
