import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import django_rq
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaign import live
from campaign.management.commands.worker import Scheduler
from responders import doorbells
from tests.process import jobs
from tests.process.helpers import ROOT, wait_until


@pytest.fixture
def _own_signals() -> Iterator[None]:
    """rq takes over the signals of the process that it works in."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@contextmanager
def _worker(queue: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "worker", queue]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_own_signals")
def test_burst_does_the_jobs_of_its_queue_alone() -> None:
    django_rq.get_queue("mail").enqueue(jobs.note, "mail")
    django_rq.get_queue("posting").enqueue(jobs.note, "posting")
    call_command("worker", "mail", "--burst")
    assert jobs.notes() == ["mail"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_own_signals")
def test_burst_goes_on_after_a_failed_job(caplog: pytest.LogCaptureFixture) -> None:
    queue = django_rq.get_queue("mail")
    queue.enqueue(jobs.bad_sweep)
    queue.enqueue(jobs.note, "after")
    call_command("worker", "mail", "--burst")
    assert jobs.notes() == ["bad", "after"]
    assert "this sweep always fails" in caplog.text


def test_worker_refuses_two_queues() -> None:
    with pytest.raises(CommandError, match="One queue a worker"):
        call_command("worker", "mail", "posting")


def test_worker_refuses_unknown_queue() -> None:
    with pytest.raises(CommandError, match="There is no queue post; there are posting"):
        call_command("worker", "post")


@pytest.mark.django_db(transaction=True)
def test_bell_for_a_time_rings_at_that_time_and_not_a_second_before_or_after() -> None:
    queue = django_rq.get_queue("posting")
    scheduler = Scheduler(queue, connection=live.connection())
    scheduler.start()
    try:
        for rest in (1.73, 1.21, 1.48):
            due = timezone.now() + timedelta(seconds=rest)
            doorbells.ring(doorbells.POST, 1, at=due)
            assert wait_until(lambda: queue.count, seconds=5)
            assert 0 <= (timezone.now() - due).total_seconds() < 0.3
            queue.empty()
    finally:
        scheduler.stop()
    assert queue.scheduled_job_registry.count == 0


@pytest.mark.process
def test_worker_finishes_job_in_hand_on_sigterm() -> None:
    django_rq.get_queue("mail").enqueue(jobs.note_slowly, "slow", 1.5)
    with _worker("mail") as worker:
        assert wait_until(lambda: jobs.notes() == ["slow begins"])
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
    assert jobs.notes() == ["slow begins", "slow ends"]


@pytest.mark.process
def test_killed_worker_leaves_nobody_at_work() -> None:
    django_rq.get_queue("mail").enqueue(jobs.note_slowly, "slow", 1.0)
    with _worker("mail") as worker:
        assert wait_until(lambda: jobs.notes() == ["slow begins"])
        worker.kill()
    assert not wait_until(lambda: "slow ends" in jobs.notes(), seconds=2)


@pytest.mark.process
def test_worker_does_delayed_job_when_it_is_due() -> None:
    queue = django_rq.get_queue("mail")
    queue.enqueue(jobs.note, "up")
    with _worker("mail") as worker:
        assert wait_until(lambda: jobs.notes() == ["up"], seconds=60)  # it loads for seconds
        queue.enqueue_in(timedelta(seconds=1), jobs.note, "delayed")
        assert jobs.notes() == ["up"]
        assert wait_until(lambda: jobs.notes() == ["up", "delayed"], seconds=15)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=10) == 0
