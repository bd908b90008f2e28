"""`manage.py worker QUEUE`: does the jobs of one queue, in this very process.

rq's usual worker forks a process for each job, which runs on alone when the worker is killed: the
way to a second post. Ours forks nothing, neither for jobs nor for the scheduler.
"""

import gc
import logging
import threading
import time
import uuid
from argparse import ArgumentParser
from typing import Any

import django_rq
import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from django.utils.module_loading import autodiscover_modules
from rq.job import Job
from rq.queue import Queue
from rq.scheduler import RQScheduler
from rq.worker import SimpleWorker

from campaign import logs

logger = logging.getLogger(__name__)

# rq waits for a job for 15 s less than this, and counts a silent worker as dead soon after.
WORKER_TTL_SECONDS = 20
MAINTENANCE_SECONDS = 15
# A job whose worker was killed counts as abandoned after this time without a beat.
HEARTBEAT_TTL_SECONDS = 30
HEARTBEAT_SECONDS = 10.0
LOCK_SECONDS = 5.0
MOST = 1000
BEAT_SECONDS = 1.0
# The scheduler sleeps no longer: what was asked for meanwhile may be due before what it knew.
NAP_SECONDS = 0.25


class Scheduler(threading.Thread):
    """Puts delayed jobs and retries into their queue when they are due, to a few milliseconds.

    rq's own looks once a second and counts in whole seconds, which rings up to a second early or
    late. A thread, so that it ends with its worker whatever ends that. One scheduler a queue is at
    work at a time; the others try for its lock, which a killed one leaves behind for a minute.
    """

    def __init__(self, queue: Queue, *, connection: redis.Redis) -> None:
        super().__init__(name="scheduler", daemon=True)
        self._queue = queue
        self._connection = connection
        # Its lock and its heartbeat are used; most of its methods have no types.
        self._scheduler: Any = RQScheduler([queue], connection=connection, logging_level="WARNING")
        self._stopping = threading.Event()
        self._beat_at = self._lock_at = 0.0

    def run(self) -> None:
        nap = BEAT_SECONDS
        while not self._stopping.wait(nap):
            try:
                self._tick()
                nap = self._nap() if self._scheduler.acquired_locks else BEAT_SECONDS
            except redis.exceptions.RedisError as error:
                logger.warning("The scheduler cannot reach Redis: %s", error)
                nap = BEAT_SECONDS
        try:
            self._scheduler.stop()
        except redis.exceptions.RedisError as error:
            logger.warning("The scheduler could not give its lock back: %s", error)

    def stop(self) -> None:
        self._stopping.set()
        self.join(timeout=3)

    def _tick(self) -> None:
        now = time.monotonic()
        if not self._beat_at:
            self._scheduler.register_birth()
        if not self._scheduler.acquired_locks and now >= self._lock_at:
            self._lock_at = now + LOCK_SECONDS
            self._scheduler.acquire_locks()
        if now >= self._beat_at:
            self._beat_at = now + BEAT_SECONDS
            self._scheduler.heartbeat()
        if self._scheduler.acquired_locks:
            self._enqueue_due()

    def _enqueue_due(self) -> None:
        """In one transaction of Redis: none is lost between the two."""
        registry = self._queue.scheduled_job_registry
        due = registry.connection.zrangebyscore(registry.key, 0, time.time(), start=0, num=MOST)
        if not due:
            return
        names = [name.decode() for name in due]
        with self._connection.pipeline() as pipeline:
            for job in Job.fetch_many(names, connection=self._connection):
                if job is not None:
                    self._queue.enqueue_job(job, pipeline=pipeline)
            pipeline.zrem(registry.key, *names)
            pipeline.execute()

    def _nap(self) -> float:
        """Until the next is due, but never long."""
        first = self._connection.zrange(
            self._queue.scheduled_job_registry.key, 0, 0, withscores=True
        )
        until = float(first[0][1]) - time.time() if first else NAP_SECONDS
        return min(max(until, 0.0), NAP_SECONDS)


class Worker(SimpleWorker):
    """Beats while it works, and gives each job a database connection that is alive."""

    def execute_job(self, job: Job, queue: Queue) -> None:
        close_old_connections()
        done = threading.Event()
        self.prepare_execution(job)
        beating = threading.Thread(target=self._beat, args=(job, done), daemon=True)
        beating.start()
        subject = job.args[0] if job.args else None
        request = job.meta.get("request")
        try:
            with logs.about(job=job.id, does=job.func_name, subject=subject, request=request):
                self.perform_job(job, queue)
        finally:
            done.set()
            beating.join()
            close_old_connections()
        self.set_state("idle")

    def get_heartbeat_ttl(self, job: Job) -> int:  # noqa: ARG002  (rq's signature)
        return HEARTBEAT_TTL_SECONDS

    def _beat(self, job: Job, done: threading.Event) -> None:
        while not done.wait(HEARTBEAT_SECONDS):
            try:
                self.maintain_heartbeats(job)
            except redis.exceptions.RedisError as error:
                logger.warning("A heartbeat did not reach Redis: %s", error)


class Command(BaseCommand):
    help = "Does the jobs of one queue."
    # `migrate` has checked the project; a worker needs none of its pages.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queue", nargs="+", help=", ".join(settings.RQ_QUEUES))
        parser.add_argument("--burst", action="store_true", help="end when the queue is empty")

    def handle(self, *, queue: list[str], burst: bool, **_options: Any) -> None:
        if len(queue) != 1:
            raise CommandError(
                "One queue a worker: a worker of two that is killed can lose a job for good. "
                f"Start one `manage.py worker` for each of {', '.join(queue)}."
            )
        name = queue[0]
        if name not in settings.RQ_QUEUES:
            raise CommandError(f"There is no queue {name}; there are {_names()}.")
        work(name, burst=burst)


def work(name: str, *, burst: bool) -> None:
    """Does jobs until SIGTERM, which lets the job in hand finish; or until there are none."""
    # Now, not while the first job waits: loading them takes most of a second.
    autodiscover_modules("jobs")
    # What is loaded now stays: the collector need not walk through all of it again and again.
    gc.freeze()
    queue = django_rq.get_queue(name)
    worker = Worker(
        [queue],
        name=f"{name}.{uuid.uuid4().hex[:12]}",
        connection=queue.connection,
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
    )
    if burst:
        worker.work(burst=True, with_scheduler=True, logging_level="WARNING")
        return
    scheduler = Scheduler(queue, connection=queue.connection)
    scheduler.start()
    logger.info("Ready for jobs on %s", name)
    try:
        worker.work(logging_level="WARNING")
    finally:
        scheduler.stop()


def _names() -> str:
    return ", ".join(settings.RQ_QUEUES)
