"""Ringing for a worker. What is to be done stands in the database; Redis only carries the bell.

A bell that is lost is rung again by the sweeps, and one that rings twice finds nothing to do.
"""

import logging
from datetime import datetime

import django_rq
from django.db import transaction
from redis import RedisError
from rq.queue import Queue

from campaign import live, logs

log = logging.getLogger(__name__)

POST = "responders.jobs.post_reply"
UPLOAD = "responders.jobs.upload_media"
LOOK = "responders.jobs.look_for_replies"
REMOVE = "responders.jobs.remove_reply"
MEASURE = "responders.jobs.measure_posts"
STANDING = "responders.jobs.look_after_posted"
SPREAD = "responders.jobs.spread_takedown"

QUEUES = {
    POST: "posting",
    LOOK: "posting",
    REMOVE: "posting",
    SPREAD: "posting",
    STANDING: "uploads",
    UPLOAD: "uploads",
    MEASURE: "uploads",
}

KEEP_FAILURES = 86_400


def ring(job: str, subject: int, *, at: datetime | None = None, quiet_for: int = 0) -> None:
    """Have a worker run that job for that row: now or at a time, once the transaction commits.

    With `quiet_for` the bell stays silent if it was rung for this row in the last so many seconds,
    so that a sweep may ring as often as it likes without filling the queue.
    """
    transaction.on_commit(lambda: _ring(job, subject, at=at, quiet_for=quiet_for))


def _ring(job: str, subject: int, *, at: datetime | None, quiet_for: int) -> None:
    try:
        redis = live.connection()
        key = f"bell:{job}:{subject}"
        if quiet_for and not redis.set(key, 1, nx=True, ex=quiet_for):
            return
        queue: Queue = django_rq.get_queue(
            QUEUES[job], connection=redis, commit_mode="auto", autocommit=None
        )
        asked = {"request": logs.current("request")}
        if at is None:
            queue.enqueue(job, subject, result_ttl=0, failure_ttl=KEEP_FAILURES, meta=asked)
        else:
            later = queue.enqueue_at(
                at, job, subject, result_ttl=0, failure_ttl=KEEP_FAILURES, meta=asked
            )
            # rq cuts the fraction of the second off, and a bell that rings early finds nothing.
            redis.zadd(queue.scheduled_job_registry.key, {later.id: at.timestamp()}, xx=True)
    except RedisError as error:
        log.warning("%s %s waits for the sweep: %s", job, subject, error)
