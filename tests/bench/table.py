"""The table in docs/performance.md: written by `make bench`, one row a figure, never by hand.

A run that measures some figures changes their rows alone. A row says where and when it was
measured, since rows of one table may come from several runs.
"""

import ast
import os
import platform
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
HEAD = ("figure", "what", "measured", "baseline", "ratio", "goal", "met", "when, where")
#: With a higher load than this before it began, a run had not the machine to itself.
QUIET = 1.0
UNMEASURED = ("not measured", "", "", "", "", "")


def update(
    results: Mapping[str, Mapping[str, Any]], *, names: Iterable[str], load: float = 0.0
) -> None:
    """Put RESULTS into the page; the rows of other NAMES stay as they are.

    LOAD is the machine's average before the run: what else was going on.
    """
    text = PAGE.read_text()
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    if not after:
        raise ValueError(f"{PAGE.name} has lost the marks between which its table stands.")
    PAGE.write_text(f"{before}{BEGIN}\n{table(old, results, names=names, load=load)}{END}{after}")


def table(
    old: str,
    results: Mapping[str, Mapping[str, Any]],
    *,
    names: Iterable[str],
    load: float = 0.0,
) -> str:
    known = dict(rows(old))
    busy = f", others at work (load {load:.0f})" if load > QUIET else ""
    where = f"{datetime.now(UTC):%Y-%m-%d}, {machine()}{busy}"
    measured = {name: cells(result, where=where) for name, result in results.items()}
    lines = [line(HEAD), line("---" for _ in HEAD)]
    for name in names:
        found = measured.get(name) or known.get(name) or UNMEASURED
        lines.append(line((f"`{name}`", what(name), *found)))
    return "".join(lines)


def cells(result: Mapping[str, Any], *, where: str) -> tuple[str, ...]:
    met = "yes" if result["ok"] else "**no**"
    facts = (f"{result['value']} {result['unit']}", result["baseline"], result["ratio"])
    return tuple(tidy(one) for one in (*facts, result["goal"], met, where))


def rows(old: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    """By name, what a table of ours says of each figure."""
    for one in old.splitlines():
        parts = tuple(part.strip() for part in re.split(r"(?<!\\)\|", one)[1:-1])
        if len(parts) == len(HEAD) and parts[0].startswith("`"):
            yield parts[0].strip("`"), parts[2:]


def what(name: str) -> str:
    """The first sentence of the figure's own module."""
    module = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
    return tidy((ast.get_docstring(module) or "").split("\n\n")[0].replace("\n", " "))


def machine() -> str:
    """Its cores, memory and system, as far as they matter to a figure."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    python = platform.python_version()
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()}, Python {python}"


def line(parts: Iterable[str]) -> str:
    return f"| {' | '.join(parts)} |\n"


def tidy(cell: object) -> str:
    return str(cell).replace("|", "\\|")
