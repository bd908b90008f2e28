"""`manage.py clock`: calls each function of `settings.CLOCK` as often as it says.

The database is the truth and the queues only ring the bell: these sweeps find what no bell rang
for. Any number of clocks may run; the one that holds the lock works, the others stand by.
"""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.module_loading import import_string

from campaign.actions import sweeping

logger = logging.getLogger(__name__)

# Any number will do, if it is this one everywhere and nobody else's: "clock" in ASCII.
LOCK = int.from_bytes(b"clock")
STANDBY_SECONDS = 1.0
LONGEST_NAP_SECONDS = 1.0
Sweep = Callable[[], object]


class ClockLock:
    """One holder among all machines, for as long as its own database connection lives.

    The connection is apart from the sweeps' one, which may be closed and opened again at any time.
    """

    def __init__(self) -> None:
        self._connection: BaseDatabaseWrapper = connections.create_connection("default")
        self._held = False

    def hold(self) -> bool:
        """Whether this clock holds the lock now, after trying for it."""
        try:
            with self._connection.cursor() as cursor:
                if not self._held:
                    cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                    self._held = cursor.fetchone() == (True,)
                else:
                    cursor.execute("SELECT 1")
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The clock lost its database connection: %s", error)
            self.release()
        return self._held

    def release(self) -> None:
        self._held = False
        self._connection.close()


class Clock:
    def __init__(self, sweeps: dict[str, float]) -> None:
        """SWEEPS are dotted names of functions, with seconds; a wrong one raises ImportError."""
        self._sweeps: dict[str, Sweep] = {name: import_string(name) for name in sweeps}
        self._seconds = sweeps
        self._due = dict.fromkeys(sweeps, 0.0)

    def tick(self) -> None:
        """Runs what is due, one after the other."""
        for name, due in self._due.items():
            started = time.monotonic()
            if due > started:
                continue
            self._run(name)
            # From its start, so that a sweep of a second every five comes every five.
            self._due[name] = started + self._seconds[name]
            self._note_slowness(name, seconds=time.monotonic() - started)

    @property
    def nap(self) -> float:
        """Seconds until something is due, and never long without a look at the lock."""
        next_due = min(self._due.values(), default=float("inf"))
        return min(max(next_due - time.monotonic(), 0.0), LONGEST_NAP_SECONDS)

    def _run(self, name: str) -> None:
        close_old_connections()
        try:
            sweeping.run(name, self._sweeps[name], every=self._seconds[name])
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The sweep %s waits for the database: %s", name, error)
        finally:
            close_old_connections()

    def _note_slowness(self, name: str, *, seconds: float) -> None:
        if seconds > self._seconds[name]:
            logger.warning("The sweep %s took %.1f s and holds up the others", name, seconds)


class Command(BaseCommand):
    help = "Runs the sweeps of settings.CLOCK, each as often as it says."
    # `migrate` has checked the project; a clock needs none of its pages.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="run each sweep once, then end")

    def handle(self, *, once: bool, **_options: Any) -> None:
        clock = Clock(settings.CLOCK)
        if once:
            clock.tick()
            return
        stopping = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        run(clock, stopping=stopping)


def run(clock: Clock, *, stopping: threading.Event) -> None:
    """Ticks while the lock is held, and waits for it otherwise; a sweep under way is finished."""
    lock = ClockLock()
    held = False
    try:
        while not stopping.is_set():
            held, before = lock.hold(), held
            if held != before:
                logger.info("This clock %s", "is at work" if held else "stands by")
            if held:
                clock.tick()
            stopping.wait(clock.nap if held else STANDBY_SECONDS)
    finally:
        lock.release()
        connections["default"].close()
