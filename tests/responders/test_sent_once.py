"""Layer by layer: nothing sends a create a second time.

HTTP, its adapter, its authentication and redirects: `tests/networks/test_outcomes.py`. Killed
workers, and many at one reply: `test_races.py`. Here: the queue, its bells, what interrupts a job.
"""

from collections.abc import Callable

import django_rq
import pytest
from rq.job import Job
from rq.queue import Queue
from rq.timeouts import JobTimeoutException

from campaign.management.commands import worker
from campaign.networks.base import OutcomeUnknown
from responders import doorbells, jobs
from responders.actions import sweeps
from responders.models import Attempt, Reply
from tests.responders.fakes import FakeNetwork

pytestmark = pytest.mark.django_db(transaction=True)

Due = Callable[..., Reply]


@pytest.fixture
def queue() -> Queue:
    found: Queue = django_rq.get_queue("posting")
    return found


def work(queue: Queue) -> None:
    """What waits is done, by a worker as in production, in this thread."""
    one = worker.Worker([queue], connection=queue.connection, name="test")
    while jobs_waiting := queue.jobs:
        for job in jobs_waiting:
            queue.remove(job)
            one.execute_job(job, queue)


def ring(reply: Reply, queue: Queue) -> Job:
    doorbells.ring(doorbells.POST, reply.pk)
    (job,) = queue.jobs
    return job


def test_no_bell_asks_for_retries(due: Due, queue: Queue) -> None:
    for kind in doorbells.QUEUES:
        django_rq.get_queue(doorbells.QUEUES[kind]).empty()
        doorbells.ring(kind, 1)
        (job,) = django_rq.get_queue(doorbells.QUEUES[kind]).jobs
        assert (job.retries_left, job.retry_intervals) == (None, None)


@pytest.mark.parametrize("end", [JobTimeoutException("6 s"), ValueError("broken"), MemoryError()])
def test_job_that_is_cut_in_the_middle_of_the_call_is_in_doubt(
    due: Due, network: FakeNetwork, queue: Queue, end: Exception
) -> None:
    reply = due()
    network.answers = [end]
    ring(reply, queue)
    work(queue)
    reply.refresh_from_db()
    assert (reply.status, Attempt.objects.get().outcome) == (Reply.Status.UNKNOWN, "unknown")
    assert len(network.creates) == 1


def test_job_that_is_put_back_by_hand_sends_nothing(
    due: Due, network: FakeNetwork, queue: Queue
) -> None:
    """As `rq requeue` does, and rq itself with the job of a worker that it takes for dead."""
    reply = due()
    network.answers = [OutcomeUnknown("no answer in 20 s")]
    job = ring(reply, queue)
    work(queue)
    for _ in range(3):
        queue.enqueue_job(job)
        work(queue)
    assert len(network.creates) == 1


def test_bells_and_sweeps_of_a_lost_attempt_send_nothing(
    due: Due, network: FakeNetwork, queue: Queue
) -> None:
    reply = due()
    network.answers = [OutcomeUnknown("reset")]
    jobs.post_reply(reply.pk)
    for _ in range(5):
        doorbells.ring(doorbells.POST, reply.pk)
        sweeps.ring_for_due_replies()
        sweeps.settle_the_unknown()
        work(queue)
    reply.refresh_from_db()
    assert (reply.status, len(network.creates)) == (Reply.Status.UNKNOWN, 1)
