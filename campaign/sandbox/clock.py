"""The sandbox's own time: the machine's, which a test may move ahead."""

import time
from datetime import UTC, datetime

# X counts its ids from here: the milliseconds of 4 November 2010.
EPOCH_MS = 1_288_834_974_657
SEQUENCE_BITS = 22


class Clock:
    """Now, in seconds since 1970, and ids that grow with it."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._last_id = 0

    def now(self) -> float:
        return time.time() + self.ahead

    def next_id(self, *, at: float | None = None) -> int:
        """An id that says when it was made. Without `at`, each is greater than all before it."""
        made = first_id(self.now() if at is None else at)
        if at is None:
            made = self._last_id = max(made, self._last_id + 1)
        return made

    def seen(self, number: int) -> None:
        """Ids continue after what an earlier run has stored."""
        self._last_id = max(self._last_id, number)


def first_id(at: float) -> int:
    """The smallest id of a moment."""
    return (int(at * 1000) - EPOCH_MS) << SEQUENCE_BITS


def stamp(at: float) -> str:
    """A moment as X writes it."""
    moment = datetime.fromtimestamp(at, tz=UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
