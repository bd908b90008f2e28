"""From the end of the hold (media ready) to the create request at the network."""

from typing import Any

from tests.bench import approve

HOLD, GOAL = 2, 0.150


def run() -> dict[str, Any]:
    """Seconds from `due_at` to the request's arrival; negative would be too early."""
    return approve.measure(hold=HOLD, goal=GOAL)
