"""What the posting and uploads workers run; each takes an id and survives running twice."""

from rq import get_current_job

from responders.actions import (
    leaving_alone,
    measuring,
    media,
    posting,
    reconcile,
    standing,
    takedown,
    takedowns,
)


def post_reply(reply_id: int) -> None:
    posting.post_oldest(reply_id, worker=_worker())


def look_for_replies(account_id: int) -> None:
    reconcile.look(account_id)


def remove_reply(reply_id: int) -> None:
    takedown.remove(reply_id)


def take_down_storyteller(storyteller_id: int) -> None:
    takedown.follow_withdrawal(storyteller_id)


def follow_opt_out(wish_id: int) -> None:
    leaving_alone.follow(wish_id)


def measure_posts(account_id: int) -> None:
    measuring.measure(account_id)


def spread_takedown(takedown_id: int) -> None:
    takedowns.spread(takedown_id)


def look_after_posted(account_id: int) -> None:
    standing.look(account_id)


def upload_media(upload_id: int) -> None:
    media.upload(upload_id)


def _worker() -> str:
    job = get_current_job()
    return (job.worker_name if job is not None else None) or "no queue"
