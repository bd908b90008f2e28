"""Faults on request, and the log of what was received."""

import itertools
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

STREAM = "GET /2/tweets/search/stream"
FINALIZE = "POST /2/media/upload/{id}/finalize"

# Where a fault can strike, and the route it strikes when none is named.
KINDS: dict[str, str | None] = {
    "refuse": None,
    "401": None,
    "402": None,
    "413": None,
    "429": None,
    "429_88": None,
    "media_invalid": "POST /2/tweets",
    "limit_shrinks": "POST /2/tweets",
    "late_answer": None,
    "500": None,
    "503": None,
    "timeout_before": None,
    "timeout_after": None,
    "reset_before": None,
    "reset_after": None,
    "error_after": None,
    "unreadable": None,
    "late_timeline": "POST /2/tweets",
    "media_slow": FINALIZE,
    "media_fail": FINALIZE,
    "stream_drop": STREAM,
    "stream_error": STREAM,
    "stream_stall": STREAM,
    "duplicate_delivery": STREAM,
    "out_of_order": STREAM,
}
DELIVERY_KINDS = frozenset(
    {
        "stream_drop", "stream_error", "stream_stall", "duplicate_delivery", "out_of_order",
        "unreadable",
    }
)  # fmt: skip
EFFECT_KINDS = frozenset({"media_slow", "media_fail", "late_timeline", "limit_shrinks"})
#: Those that strike an open stream at once, and not only its next message.
AT_ONCE = frozenset({"stream_drop", "stream_error", "stream_stall"})


@dataclass
class Fault:
    """Strikes `times` times, after letting `after` pass. `times` None is for ever."""

    id: int
    on: str
    kind: str
    times: int | None = 1
    after: int = 0
    seconds: float | None = None
    detail: str | None = None
    struck: int = 0

    @property
    def spent(self) -> bool:
        return self.times is not None and self.struck >= self.times


class Faults:
    """Those that were asked for, oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, **values: Any) -> Fault:
        fault = Fault(id=next(self._ids), **values)
        self._faults.append(fault)
        return fault

    def all(self) -> list[Fault]:
        return list(self._faults)

    def clear(self) -> None:
        self._faults.clear()

    def take(self, on: str, *, kinds: Iterable[str]) -> Fault | None:
        """The fault that strikes now, if any. Those that wait count this one off."""
        taken = None
        for fault in self._faults:
            if fault.on != on or fault.kind not in kinds or fault.spent:
                continue
            if fault.after > 0:
                fault.after -= 1
            elif taken is None:
                fault.struck += 1
                taken = fault
        return taken


@dataclass
class Received:
    """One request, without its credentials. `at` is when it arrived, in seconds since 1970."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    by: str | None = None
    body: Any = None
    status: int | None = None
    fault: str | None = None


@dataclass
class Log:
    """The newest requests, and how many there were."""

    kept: int
    entries: deque[Received] = field(init=False)

    def __post_init__(self) -> None:
        self.entries = deque(maxlen=self.kept)

    def add(self, method: str, path: str, query: dict[str, str]) -> Received:
        entry = Received(at=time.time(), method=method, path=path, query=query)
        self.entries.append(entry)
        return entry
