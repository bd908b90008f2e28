"""From *Approve* (no hold, media ready) to the create request at the network.

Every process is real; the sandbox logs when a create request arrived, by the clock of this machine.
The approvals are given by a process of the newsroom's own (`python -m tests.bench.approvals`). The
baseline is the same request sent to the sandbox directly, in the same run.
"""

import json
import os
import subprocess
import sys
from typing import Any

from campaign.env import BASE_DIR
from tests.bench.figures import p50, p95
from tests.running import running_newsroom

GOAL = 0.250


def run() -> dict[str, Any]:
    """Seconds from the call of `approve` to the request's arrival."""
    return measure(hold=0, goal=GOAL)


def measure(*, hold: int, goal: float) -> dict[str, Any]:
    """The same for a hold of so many seconds, counted from its end."""
    with running_newsroom() as newsroom:
        result = subprocess.run(
            [sys.executable, "-m", "tests.bench.approvals", str(hold)],
            cwd=BASE_DIR,
            env=os.environ | newsroom.environment,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    measured = json.loads(result.stdout)
    value, baseline = p95(measured["approved"]), p95(measured["bare"])
    return {
        "value": round(value * 1000),
        "unit": f"ms p95 (median {round(p50(measured['approved']) * 1000)})",
        "baseline": f"{round(baseline * 1000)} ms",
        "ratio": round(value / baseline, 1),
        "goal": f"≤ {goal * 1000:.0f} ms",
        "ok": value <= goal and min(measured["approved"]) >= 0,
    }
