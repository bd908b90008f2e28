"""`manage.py worker QUEUE`: does the jobs of one queue, in this very process.

rq's usual worker forks a process for each job, which runs on alone when the worker is killed: the
way to a second post. Ours forks nothing, neither for jobs nor for the scheduler.
"""

import logging
import threading
import uuid
from argparse import ArgumentParser
from typing import Any

import django_rq
import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
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
LOCK_SECONDS = 5


class Scheduler(threading.Thread):
    """Puts delayed jobs and retries into their queue when they are due.

    A thread, so that it ends with its worker whatever ends that. One scheduler a queue is at work
    at a time; the others try for its lock, which a killed one leaves behind for a minute.
    """

    def __init__(self, queue: Queue, *, connection: redis.Redis) -> None:
        super().__init__(name="scheduler", daemon=True)
        # Most of its methods have no types.
        self._scheduler: Any = RQScheduler([queue], connection=connection, logging_level="WARNING")
        self._stopping = threading.Event()

    def run(self) -> None:
        ticks = 0
        while not self._stopping.wait(self._scheduler.interval):
            try:
                self._tick(first=ticks == 0, may_take_lock=ticks % LOCK_SECONDS == 0)
            except redis.exceptions.RedisError as error:
                logger.warning("The scheduler cannot reach Redis: %s", error)
            ticks += 1
        try:
            self._scheduler.stop()
        except redis.exceptions.RedisError as error:
            logger.warning("The scheduler could not give its lock back: %s", error)

    def stop(self) -> None:
        self._stopping.set()
        self.join(timeout=3)

    def _tick(self, *, first: bool, may_take_lock: bool) -> None:
        if first:
            self._scheduler.register_birth()
        if not self._scheduler.acquired_locks and may_take_lock:
            self._scheduler.acquire_locks()
        self._scheduler.heartbeat()
        if self._scheduler.acquired_locks:
            self._scheduler.enqueue_scheduled_jobs()


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
