"""When to try again. What an account's network told us is harmless to forget: X says it anew."""

import logging
import random
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from redis import RedisError

from campaign import live
from campaign.models import Account

log = logging.getLogger(__name__)


def back_off(tries: int, *, longest: float) -> timedelta:
    """After so many tries in a row: twice as long each time, up to so many seconds, and never in
    step with others."""
    seconds = min(2.0 ** min(tries, 10), longest)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  spreads, hides nothing


def wait_until(account: Account, until: datetime) -> None:
    """Nothing of this account is tried before that time."""
    seconds = int((until - timezone.now()).total_seconds()) + 1
    if seconds <= 0:
        return
    try:
        live.connection().set(_key(account.pk), until.isoformat(), ex=seconds)
    except RedisError as error:
        log.warning("the wait of account %s is not shared: %s", account.pk, error)


def waits_until(account_id: int) -> datetime | None:
    try:
        told: Any = live.connection().get(_key(account_id))
    except RedisError:
        return None
    return datetime.fromisoformat(told.decode()) if told else None


def waits(account_id: int) -> bool:
    until = waits_until(account_id)
    return until is not None and until > timezone.now()


def _key(account_id: int) -> str:
    return f"wait:{account_id}"
