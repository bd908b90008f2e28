import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.fixtures import Settings

from campaign.management.commands.clock import LOCK, Clock, run
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


@pytest.mark.django_db
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


@pytest.mark.django_db
def test_sweep_waits_for_its_interval() -> None:
    clock = Clock({GOOD: 60})
    clock.tick()
    clock.tick()
    assert jobs.notes() == ["good"]


@pytest.mark.django_db
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
    assert _holders() == []


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
