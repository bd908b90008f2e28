"""A minute of chaos, always by the same seed or by `SEED=…`; `make chaos` draws a new one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign.sandbox import faults
from tests.chaos.plan import FAULTS, WHAT, plan
from tests.process.helpers import ROOT, bare_environment

SECONDS, REPLIES, SEED = 60, 100, "937664"


def test_plan_has_every_trouble_and_every_fault_and_replays() -> None:
    events = plan(7, seconds=SECONDS)
    assert {event.what for event in events} == set(WHAT)
    assert events == plan(7, seconds=SECONDS) != plan(8, seconds=SECONDS)
    dealt = {event.number for event in plan(7, seconds=240) if event.what == "fault"}
    assert dealt == set(range(len(FAULTS)))
    assert {kind for kind, _, _ in FAULTS} == set(faults.KINDS)


@pytest.mark.process
@pytest.mark.timeout(400)
def test_nothing_is_posted_twice_or_lost_whatever_fails(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seed = os.environ.get("SEED") or SEED
    record_property("to say", f"chaos with SEED={seed}")
    settings = {
        "SEED": seed,
        "SECONDS": str(SECONDS),
        "REPLIES": str(REPLIES),
        "RESULT": str(tmp_path / "chaos.json"),
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.chaos"],
        cwd=ROOT,
        env=bare_environment() | settings,
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    assert run.returncode == 0, run.stdout
    result = json.loads((tmp_path / "chaos.json").read_text())
    broken = [result[promise] for promise in ("duplicates", "unapproved", "lost", "untrue")]
    assert broken == [0, 0, 0, 0]
    ends = sum(result[end] for end in ("posted", "removed", "cancelled"))
    assert ends == result["approved"]
    assert set(result["trouble"]) == set(WHAT)
