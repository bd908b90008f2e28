"""Waiting for things, finding processes, and a clean environment to start them in."""

import os
import random
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from campaign.env import Environment

ROOT = Path(__file__).resolve().parent.parent.parent
POLL_SECONDS = 0.05


def wait_until(condition: Callable[[], object], *, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(POLL_SECONDS)
    return bool(condition())


def bare_environment() -> dict[str, str]:
    """The environment of a newcomer: none of the settings that the tests run with."""
    ours = {name.upper() for name in Environment.model_fields}
    return {name: value for name, value in os.environ.items() if name not in ours}


def free_ports(count: int) -> int:
    """The first of COUNT ports in a row that nobody listens on; others may be looking, too.

    Where there is room, below those that the kernel gives to connections: one of these could take
    the port before the server that it is meant for has started.
    """
    below = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    top = below if below > 12_000 else 60_000
    for first in random.sample(range(10_000, top - count, 7), k=200):
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def processes_of(data: Path) -> dict[int, str]:
    """Every living process that was started for the newsroom with its data in DATA."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            # PostgreSQL and Valkey write over their environment, but keep their paths in sight.
            if os.fsencode(data) in command + (folder / "environ").read_bytes():
                found[int(folder.name)] = command.replace(b"\0", b" ").decode()
    return found


def is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
