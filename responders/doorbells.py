"""Ringing for a worker. What is to be done stands in the database; Redis only carries the bell.

A bell that is lost is rung again by the sweeps, and one that rings twice finds nothing to do.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
    if at is None:
        ring_all(job, [subject], quiet_for=quiet_for)
    else:
        transaction.on_commit(lambda: _ring_at(at, job, subject, quiet_for=quiet_for))


def ring_all(job: str, subjects: Sequence[int], *, quiet_for: int = 0) -> None:
    """The same for many rows now, in two round trips whatever their number."""
    transaction.on_commit(lambda: _ring_all(job, subjects, quiet_for=quiet_for))


def _ring_all(job: str, subjects: Sequence[int], *, quiet_for: int) -> None:
    try:
        if quiet_for:
            subjects = _silent(job, subjects, quiet_for=quiet_for)
        if subjects:
            bells = [Queue.prepare_data(job, (subject,), **_terms()) for subject in subjects]
            _queue(job).enqueue_many(bells)
    except RedisError as error:
        log.warning("%s %s waits for the sweep: %s", job, subjects, error)


def _silent(job: str, subjects: Sequence[int], *, quiet_for: int) -> list[int]:
    """Those of which no bell was rung lately; from now on theirs was."""
    with live.connection().pipeline(transaction=False) as pipeline:
        for subject in subjects:
            pipeline.set(f"bell:{job}:{subject}", 1, nx=True, ex=quiet_for)
        return [
            one for one, was_silent in zip(subjects, pipeline.execute(), strict=True) if was_silent
        ]


def _ring_at(at: datetime, job: str, subject: int, *, quiet_for: int) -> None:
    try:
        if quiet_for and not _silent(job, [subject], quiet_for=quiet_for):
            return
        queue = _queue(job)
        later = queue.enqueue_at(at, job, subject, **_terms())
        # rq cuts the fraction of the second off, and a bell that rings early finds nothing.
        key = queue.scheduled_job_registry.key
        live.connection().zadd(key, {later.id: at.timestamp()}, xx=True)
    except RedisError as error:
        log.warning("%s %s waits for the sweep: %s", job, subject, error)


def _queue(job: str) -> Queue:
    return django_rq.get_queue(
        QUEUES[job], connection=live.connection(), commit_mode="auto", autocommit=None
    )


def _terms() -> dict[str, Any]:
    asked = {"request": logs.current("request")}
    return {"result_ttl": 0, "failure_ttl": KEEP_FAILURES, "meta": asked}
