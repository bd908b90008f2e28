"""Runs the newsroom's processes: prefixes their words, restarts what crashes, stops in order."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

from campaign.local.services import Server, ServiceError, child_command

POLL_SECONDS = 0.2
FIRST_DELAY = 1.0
LONGEST_DELAY = 30.0
# A process that has run so long has recovered: its next crash starts from the first delay again.
STEADY_SECONDS = 30.0
STOP_SECONDS = 10.0
IMPATIENCE_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
COLOURS = (36, 33, 35, 32, 34, 96, 93, 95, 92, 94)


class Console:
    """Whole lines, each behind the name of the process that wrote it; coloured on a terminal."""

    def __init__(self, *, width: int) -> None:
        self._width = width
        self._out = sys.stdout.buffer
        self._coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._colours: dict[str, int] = {}

    def line(self, name: str, text: bytes) -> None:
        prefix = f"{name:>{self._width}} │ "
        if self._coloured:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        self._write(prefix.encode() + text.rstrip() + b"\n")

    def say(self, text: str) -> None:
        for line in text.splitlines():
            self.line("newsroom", line.encode())

    def plain(self, text: str) -> None:
        self._write(text.encode() + b"\n")

    def _write(self, data: bytes) -> None:
        # Nobody reads any more (a closed terminal, `| head`): that must not stop an orderly end.
        with suppress(OSError):
            self._out.write(data)
            self._out.flush()


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(repr=False)
    # Those with a lower rank are stopped, and gone, before the others are asked to stop.
    stop_rank: int = 0


class Child:
    """A running program whose output goes, line by line, to a listener."""

    def __init__(self, program: Program, *, listener: Callable[[str, bytes], None]) -> None:
        self.program = program
        self.listener = listener
        self.started_at = time.monotonic()
        self._rest = b""
        self.process = subprocess.Popen(
            child_command(program.command, on_parents_death=signal.SIGTERM),
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A group of its own, so that what it starts can be ended with it.
            start_new_session=True,
        )
        assert self.process.stdout is not None  # noqa: S101  (we asked for a pipe)
        self.output = self.process.stdout
        os.set_blocking(self.output.fileno(), False)

    def read(self) -> bool:
        """Passes on what has been written; False when there is no more, now or ever."""
        try:
            data = os.read(self.output.fileno(), 65536)
        except BlockingIOError:
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data and self._rest:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self.listener(self.program.name, line)
        return bool(data)

    def send(self, number: signal.Signals) -> None:
        """To the process alone: it knows how to end its own children."""
        if self.process.poll() is None:
            self.process.send_signal(number)

    def kill_group(self) -> None:
        """Ends the process and whatever it left running."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Keeps programs and servers running until `stop` is asked for by a signal."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.stopping = False
        self._hurry = False
        self._asked_at: float | None = None
        self._parent = os.getppid()
        self._selector = selectors.DefaultSelector()
        self._children: list[Child] = []
        self._servers: list[Server] = []
        self._delays: dict[str, float] = {}
        self._due: list[tuple[float, Callable[[], object]]] = []
        self._being_mended: set[Server] = set()
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        # The guard holds them back until there is a handler.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        # A second one says that the first was not quick enough; but one Ctrl-C can arrive twice.
        now = time.monotonic()
        self._asked_at = self._asked_at or now
        self._hurry = now - self._asked_at > IMPATIENCE_SECONDS
        self.stopping = True

    def serve(self, server: Server) -> None:
        """Starts SERVER and restarts it when it dies. Raises `ServiceError`."""
        server.start()
        self._servers.append(server)

    def start(self, program: Program) -> Child:
        return self._spawn(program, listener=self.console.line)

    def finish(
        self, program: Program, *, listener: Callable[[str, bytes], None] | None = None
    ) -> int | None:
        """Runs PROGRAM to its end and returns its exit code; None when asked to stop meanwhile."""
        child = self._spawn(program, listener=listener or self.console.line)
        self._children.remove(child)
        while child.process.poll() is None and not self.stopping:
            self.tick()
        if child.process.poll() is None:
            self._end([child])
            return None
        self._bury(child)
        return child.process.returncode

    def tick(self) -> None:
        """Passes output on and mends what broke; takes at most `POLL_SECONDS` when all is calm."""
        for key, _ in self._selector.select(POLL_SECONDS):
            child: Child = key.data
            if not child.read():
                self._stop_reading(child)
        # Where the kernel does not tell us of our parent's death, its new number does.
        self.stopping = self.stopping or os.getppid() != self._parent
        if not self.stopping:
            self._mend()

    def run(self) -> None:
        while not self.stopping:
            self.tick()

    def stop(self) -> None:
        """Processes by rank, then the servers on which they stand, the last started first."""
        self.stopping = True
        for rank in sorted({child.program.stop_rank for child in self._children}):
            self._end([child for child in self._children if child.program.stop_rank == rank])
        self._children.clear()
        for server in reversed(self._servers):
            server.stop()
        self._selector.close()

    def _spawn(self, program: Program, *, listener: Callable[[str, bytes], None]) -> Child:
        child = Child(program, listener=listener)
        self._children.append(child)
        self._selector.register(child.output, selectors.EVENT_READ, child)
        return child

    def _bury(self, child: Child) -> None:
        """Ends what is left of CHILD and of its own children, and passes on their last words."""
        child.kill_group()
        child.process.wait()
        if not child.output.closed:
            while child.read():
                pass
            self._stop_reading(child)

    def _stop_reading(self, child: Child) -> None:
        self._selector.unregister(child.output)
        child.output.close()

    def _mend(self) -> None:
        for child in [child for child in self._children if child.process.poll() is not None]:
            self._children.remove(child)
            self._bury(child)
            ended = describe_exit(child.process.returncode)
            steady = time.monotonic() - child.started_at > STEADY_SECONDS
            self._retry(
                child.program.name,
                f"{child.program.name} {ended}",
                steady=steady,
                again=partial(self.start, child.program),
            )
        for server in self._servers:
            if not server.running and server not in self._being_mended:
                self._being_mended.add(server)
                self._retry(
                    server.title,
                    f"{server.title} ended (its words: {server.log})",
                    steady=False,
                    again=partial(self._serve_again, server),
                )
        for entry in [entry for entry in self._due if entry[0] <= time.monotonic()]:
            self._due.remove(entry)
            entry[1]()

    def _serve_again(self, server: Server) -> None:
        self._being_mended.discard(server)
        try:
            server.start()
        except ServiceError as error:
            self.console.say(str(error))

    def _retry(self, name: str, what: str, *, steady: bool, again: Callable[[], object]) -> None:
        delay = FIRST_DELAY if steady else self._delays.get(name, FIRST_DELAY)
        self._delays[name] = min(delay * 2, LONGEST_DELAY)
        self.console.say(f"{what}; it starts again in {delay:.0f} s")
        self._due.append((time.monotonic() + delay, again))

    def _end(self, children: Sequence[Child]) -> None:
        """SIGTERM, time to finish the job in hand, then SIGKILL for the rest and their own."""
        waiting = list(children)
        for child in waiting:
            child.send(signal.SIGTERM)
        began = time.monotonic()
        told = False
        while waiting and time.monotonic() < began + STOP_SECONDS and not self._hurry:
            self.tick()
            waiting = [child for child in waiting if child.process.poll() is None]
            if waiting and not told and time.monotonic() > began + PATIENCE_SECONDS:
                told = True
                names = ", ".join(child.program.name for child in waiting)
                self.console.say(f"Waiting for {names} to finish; Ctrl-C again does not wait")
        for child in waiting:
            self.console.say(f"{child.program.name} does not end by itself and is killed")
        for child in children:
            self._bury(child)


def describe_exit(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
