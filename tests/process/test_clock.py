import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaign.actions import sweeping
from campaign.management.commands.clock import LOCK, Clock, run
from campaign.models import SweepRun
from tests.process import jobs
from tests.process.helpers import wait_until

BAD = "tests.process.jobs.bad_sweep"
GOOD = "tests.process.jobs.good_sweep"


@contextmanager
def _running(sweep: str, seconds: float) -> Iterator[threading.Event]:
    """A clock at work in a thread, as one in another process would be."""
    stopping = threading.Event()
    clock = Clock({sweep: seconds})
    thread = threading.Thread(target=run, args=(clock,), kwargs={"stopping": stopping})
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(timeout=10)


def _holders() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE locktype = 'advisory' AND granted AND datname = current_database() "
            "AND (classid::bigint << 32) + objid::bigint = %s",
            [LOCK],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db(transaction=True)
def test_once_runs_every_sweep_even_after_a_failure(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLOCK = {BAD: 1, GOOD: 1}
    call_command("clock", "--once")
    assert jobs.notes() == ["bad", "good"]
    assert f"The sweep {BAD} failed" in caplog.text


def test_clock_names_a_sweep_that_does_not_exist(settings: Settings) -> None:
    settings.CLOCK = {"tests.process.jobs.no_such_sweep": 1}
    with pytest.raises(ImportError, match="no_such_sweep"):
        call_command("clock", "--once")


@pytest.mark.django_db(transaction=True)
def test_sweep_waits_for_its_interval() -> None:
    clock = Clock({GOOD: 60})
    clock.tick()
    clock.tick()
    assert jobs.notes() == ["good"]


@pytest.mark.django_db(transaction=True)
def test_slow_sweep_is_named(caplog: pytest.LogCaptureFixture) -> None:
    Clock({GOOD: 0.0}).tick()
    assert f"The sweep {GOOD} took" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_second_clock_stands_by_until_the_first_ends() -> None:
    with _running(GOOD, 0.05) as first:
        assert wait_until(jobs.notes)
        with _running(BAD, 0.05):
            assert not wait_until(lambda: "bad" in jobs.notes(), seconds=1.5)
            assert len(_holders()) == 1
            first.set()
            assert wait_until(lambda: "bad" in jobs.notes(), seconds=5)
    assert wait_until(lambda: _holders() == [], seconds=5)


@pytest.mark.django_db(transaction=True)
def test_clock_takes_its_lock_again_after_a_lost_connection() -> None:
    with _running(GOOD, 0.05):
        assert wait_until(_holders)
        (holder,) = _holders()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [holder])
        assert wait_until(lambda: _holders() not in ([], [holder]), seconds=10)
        done = len(jobs.notes())
        assert wait_until(lambda: len(jobs.notes()) > done)


@pytest.mark.django_db(transaction=True)
def test_each_run_leaves_its_figures() -> None:
    clock = Clock({GOOD: 0.0, BAD: 0.0})
    for _ in range(2):
        clock.tick()
    good, bad = SweepRun.objects.get(name=GOOD), SweepRun.objects.get(name=BAD)
    assert (good.runs, good.failures, good.failure, good.is_late) == (2, 0, "", False)
    assert (bad.runs, bad.failures) == (2, 2)
    assert bad.failure == "RuntimeError: this sweep always fails"
    assert bad.failed_at is not None
    SweepRun.objects.update(ran_at=timezone.now() - timedelta(seconds=90))
    assert SweepRun.objects.get(name=GOOD).is_late


@pytest.mark.django_db(transaction=True)
def test_a_sweep_runs_alone_whoever_calls_it() -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        leave.wait(10)

    def first() -> None:
        sweeping.run(GOOD, hold, every=1)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert entered.wait(10)
    sweeping.run(GOOD, jobs.good_sweep, every=1)
    assert jobs.notes() == []
    leave.set()
    thread.join(timeout=10)
    sweeping.run(GOOD, jobs.good_sweep, every=1)
    assert jobs.notes() == ["good"]
