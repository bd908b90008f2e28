"""A film of 100 MB on its way to the network: memory above idle, and the rate of it.

A process of its own (`python -m tests.bench.uploading`) uploads it as the worker does, and then
sends the same pieces to the same sandbox in a bare loop of requests: the baseline.
"""

import json
import os
import subprocess
import sys
from typing import Any

from campaign.env import BASE_DIR

MEMORY, RATE = 40.0, 0.8


def run() -> dict[str, Any]:
    """Megabytes above idle; the ratio is of the rates."""
    from tests.sandbox.server import running_sandbox  # noqa: PLC0415  Django is set up by now

    with running_sandbox() as sandbox:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.uploading"],
            cwd=BASE_DIR,
            env=os.environ | {"X_API_URL": sandbox.base_url},
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
    found = json.loads(done.stdout)
    ratio = found["bare"] / found["ours"]
    return {
        "value": round(found["memory"], 1),
        "unit": f"MB above idle ({found['ours']:.1f} s)",
        "baseline": f"{found['bare']:.1f} s",
        "ratio": round(ratio, 2),
        "goal": f"≤ {MEMORY:.0f} MB, ≥ {RATE} of the rate",
        "ok": found["memory"] <= MEMORY and ratio >= RATE,
    }
