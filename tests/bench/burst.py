"""A hundred replies are due at once at a network that takes 300 ms to answer; four workers.

Every process is real. The ideal is the network's own time over four lines; the ratio is ideal over
measured, from the first attempt's start to the last answer written down.
"""

import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

from campaign.env import BASE_DIR

REPLIES, WORKERS, ANSWER = 100, 4, 0.3
GOAL = 0.85
PATIENCE = 60.0


def run() -> dict[str, Any]:
    """Seconds for all of them."""
    from django.conf import settings  # noqa: PLC0415  Django is set up by now
    from django.db.models import Max, Min  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from responders.actions import media, sweeps  # noqa: PLC0415
    from responders.models import Attempt, MediaUpload, Reply  # noqa: PLC0415
    from tests.chaos.cast import Cast  # noqa: PLC0415
    from tests.sandbox.server import running_sandbox  # noqa: PLC0415

    with running_sandbox() as sandbox:
        settings.X_API_URL = sandbox.base_url
        sandbox.limit("POST /2/tweets", 10_000)
        cast = Cast(sandbox, replies=REPLIES)
        replies = [reply for _ in range(REPLIES) if (reply := cast.approve_next())]
        mine = Reply.objects.filter(pk__in=[reply.pk for reply in replies])
        later = timezone.now() + timedelta(hours=1)
        mine.update(due_at=later)
        deadline = time.monotonic() + PATIENCE
        while uploads := list(MediaUpload.objects.exclude(state="ready")):
            for upload in uploads:
                media.upload(upload.pk)
            _wait(deadline)
        sandbox.fault("late_answer", "POST /2/tweets", times=None, seconds=ANSWER)
        crew = [_worker(sandbox.base_url) for _ in range(WORKERS)]
        try:
            _wait_for_workers(crew)
            mine.update(due_at=timezone.now())
            sweeps.ring_for_due_replies()
            deadline = time.monotonic() + PATIENCE
            while mine.exclude(status=Reply.Status.POSTED).exists():
                _wait(deadline)
        finally:
            for worker in crew:
                worker.kill()
                worker.wait()
    attempts = Attempt.objects.filter(reply__in=mine)
    times = attempts.aggregate(first=Min("started_at"), last=Max("finished_at"))
    took = (times["last"] - times["first"]).total_seconds()
    ideal = REPLIES * ANSWER / WORKERS
    return {
        "value": round(took, 2),
        "unit": f"s for {REPLIES} replies",
        "baseline": f"{ideal:.2f} s",
        "ratio": round(ideal / took, 2),
        "goal": f"≥ {GOAL} of the ideal",
        "ok": ideal / took >= GOAL,
    }


def _worker(address: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", "posting"],
        cwd=BASE_DIR,
        env=os.environ | {"X_API_URL": address},
    )


def _wait_for_workers(crew: "list[subprocess.Popen[bytes]]") -> None:
    """Until they have started and stand idle."""
    from rq.worker import Worker  # noqa: PLC0415  Django is set up by now

    from campaign import live  # noqa: PLC0415

    deadline = time.monotonic() + PATIENCE
    while len(idle := Worker.all(connection=live.connection())) < len(crew) or any(
        worker.get_state() != "idle" for worker in idle
    ):
        _wait(deadline)
    time.sleep(1)


def _wait(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise RuntimeError("The replies did not go out in time.")
    time.sleep(0.25)  # seldom: whoever looks takes time from those who work
