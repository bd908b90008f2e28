"""Under a minute of chaos, always by the same seed; `make chaos` takes a new one, or yours."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.helpers import ROOT, bare_environment

SECONDS, REPLIES = 20, 40


@pytest.mark.process
@pytest.mark.timeout(400)
def test_nothing_is_posted_twice_or_lost_whatever_fails(tmp_path: Path) -> None:
    settings = {
        "SEED": os.environ.get("SEED", "23"),
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
    said = run.stdout.partition("\n")[0]
    sys.stdout.write(f"{said}\n")
    assert run.returncode == 0, run.stdout
    result = json.loads((tmp_path / "chaos.json").read_text())
    assert (result["duplicates"], result["unapproved"], result["lost"], result["untrue"]) == (
        0,
        0,
        0,
        0,
    )
    ends = sum(result[end] for end in ("posted", "removed", "cancelled"))
    assert ends == result["approved"]
    assert result["posted"] > 0
    assert result["kills"] > 0
