"""When an account may post again, as its network told us. Harmless to forget: X says it anew."""

import logging
from datetime import datetime
from typing import Any

from django.utils import timezone
from redis import RedisError

from campaign import live
from campaign.models import Account

log = logging.getLogger(__name__)


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
