"""`make soak [SECONDS=600]`: the whole newsroom under steady load. Nothing grows, nothing is lost.

Every process is real, as `make run` starts it, and only this machine is touched. Tweets rain, tabs
are open, an editor answers, people read and sign (`tests.soak.crowd`); meanwhile the memory, the
open files and the connections of each process are noted. Writes `var/soak.json`; ends with 1 if
something grew or got lost.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from statistics import median
from typing import Any, NamedTuple

import psutil
import psycopg2

from campaign.env import BASE_DIR
from tests.process.helpers import processes_of
from tests.running import Run, running_newsroom

RESULT = BASE_DIR / "var" / "soak.json"
#: Between two looks, in seconds.
EVERY = 2.0
#: What a process may grow by from the second quarter of the time to the last, and still be flat.
MEMORY_SHARE, MEMORY_BYTES = 0.10, 8 * 1024**2
MORE_FILES = 4
#: The crowd's own time to see everything through after the load has ended.
SETTLING = 180.0

_NAMES = (
    (re.compile(r"worker (\w+)"), r"worker \1"),
    (re.compile(r"uvicorn campaign"), "web"),
    (re.compile(r"manage\.py (listen|clock|sandbox)"), r"\1"),
    (re.compile(r"valkey-server|redis-server"), "valkey"),
)
_CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"


class Look(NamedTuple):
    """One process at one moment: bytes of memory of its own, open files and sockets, threads."""

    memory: int
    files: int
    threads: int


class Growth(NamedTuple):
    """From the second quarter of the time to the last, medians."""

    before: Look
    after: Look

    @property
    def is_flat(self) -> bool:
        room = max(MEMORY_BYTES, self.before.memory * MEMORY_SHARE)
        return (
            self.after.memory <= self.before.memory + room
            and self.after.files <= self.before.files + MORE_FILES
            and self.after.threads <= self.before.threads + MORE_FILES
        )


def main() -> int:
    seconds = float(os.environ.get("SECONDS") or 600)
    with running_newsroom() as newsroom:
        crowd = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.crowd", str(seconds)],
            cwd=BASE_DIR,
            env=os.environ | newsroom.environment | {"DJANGO_SETTINGS_MODULE": "campaign.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            looks, connections = watch(newsroom, crowd, seconds=seconds)
            said, _ = crowd.communicate(timeout=SETTLING)
        finally:
            crowd.kill()
            crowd.wait()
    books: dict[str, Any] = json.loads(said) if said else {"lost": ["the crowd broke off"]}
    growths = {name: growth(of) for name, of in sorted(looks.items())}
    uneven = [name for name, one in growths.items() if not one.is_flat]
    backends = (median(quarter(connections, 1)), median(quarter(connections, 3)))
    if backends[1] > backends[0] + MORE_FILES:
        uneven.append("connections to PostgreSQL")
    report(growths, backends=backends, books=books, uneven=uneven)
    keep(growths, backends=backends, books=books, uneven=uneven, seconds=seconds)
    return int(bool(uneven or books["lost"]))


def watch(
    newsroom: Run, crowd: "subprocess.Popen[str]", *, seconds: float
) -> tuple[dict[str, list[Look]], list[int]]:
    """What each process looked like, every two seconds while the load lasts."""
    looks: dict[str, list[Look]] = defaultdict(list)
    connections: list[int] = []
    until = time.monotonic() + seconds
    database = psycopg2.connect(newsroom.database_url)
    database.autocommit = True
    while time.monotonic() < until and crowd.poll() is None:
        with database.cursor() as cursor:
            cursor.execute(_CONNECTIONS)
            connections.append(cursor.fetchone()[0])
        for name, look in look_at(processes_of(newsroom.data)):
            looks[name].append(look)
        time.sleep(EVERY)
    database.close()
    return looks, connections


def look_at(known: dict[int, str]) -> Iterator[tuple[str, Look]]:
    for process_id, command in known.items():
        for pattern, name in _NAMES:
            if (found := pattern.search(command)) and "child.py" not in command:
                with suppress(psutil.Error):
                    process = psutil.Process(process_id)
                    memory = process.memory_full_info().uss
                    yield found.expand(name), Look(memory, process.num_fds(), process.num_threads())
                break


def quarter(values: list[Any], number: int) -> list[Any]:
    """The NUMBERth quarter of the values, from 0; never empty where there are any."""
    size = max(1, len(values) // 4)
    return values[number * size : (number + 1) * size] or values[-1:] or [0]


def growth(looks: list[Look]) -> Growth:
    def middle(number: int) -> Look:
        part = quarter(looks, number)
        return Look(*(round(median(values)) for values in zip(*part, strict=True)))

    return Growth(middle(1), middle(3))


def report(
    growths: dict[str, Growth],
    *,
    backends: tuple[float, float],
    books: dict[str, Any],
    uneven: list[str],
) -> None:
    """For a person: what each process took, before and after, and what the books say."""
    say(f"{'process':<18} {'memory, MB':>16} {'files':>12} {'threads':>12}")
    for name, (before, after) in growths.items():
        memory = f"{before.memory / 1024**2:.1f} → {after.memory / 1024**2:.1f}"
        files, threads = (f"{before.files} → {after.files}", f"{before.threads} → {after.threads}")
        mark = "  grew" if name in uneven else ""
        say(f"{name:<18} {memory:>16} {files:>12} {threads:>12}{mark}")
    say(f"connections to PostgreSQL: {backends[0]:.0f} → {backends[1]:.0f}")
    say(json.dumps(books, ensure_ascii=False))
    say(f"Grew: {', '.join(uneven)}." if uneven else "Nothing grew.")


def keep(
    growths: dict[str, Growth],
    *,
    backends: tuple[float, float],
    books: dict[str, Any],
    uneven: list[str],
    seconds: float,
) -> None:
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "seconds": seconds,
        "processes": {
            name: {"before": one.before._asdict(), "after": one.after._asdict()}
            for name, one in growths.items()
        },
        "connections": backends,
        "books": books,
        "grew": uneven,
        "ok": not (uneven or books["lost"]),
    }
    RESULT.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
