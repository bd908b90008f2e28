"""A stream that says nothing is worse than one that breaks: nobody notices. So we say so."""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from campaign import live
from campaign.models import Account

log = logging.getLogger(__name__)


def sweep() -> None:
    """Look at every active account; the clock calls this, so that a dead listener shows too."""
    at = timezone.now()
    for account in Account.objects.active().select_related("campaign"):
        check(account, at=at)


def check(account: Account, *, at: datetime) -> bool:
    """Whether the account is too quiet; turns its alarm on or off, and tells once."""
    quiet = is_quiet(account, at=at)
    if quiet and account.quiet_since is None:
        _turn_on(account, at=at)
    elif not quiet and account.quiet_since is not None:
        _turn_off(account)
    return quiet


def is_quiet(account: Account, *, at: datetime) -> bool:
    """No mention, or no sign of life from the stream, for the campaign's number of minutes.

    An account that has never heard anything is new, not quiet.
    """
    limit = at - timedelta(minutes=account.campaign.quiet_alarm_minutes)
    signs = (account.last_mention_at, account.stream_seen_at)
    return any(sign is not None and sign < limit for sign in signs)


def _turn_on(account: Account, *, at: datetime) -> None:
    changed = Account.objects.filter(pk=account.pk, quiet_since=None).update(quiet_since=at)
    if changed:
        minutes = account.campaign.quiet_alarm_minutes
        log.warning("@%s has heard nothing for %s minutes", account.handle, minutes)
        live.announce("account", campaign=account.campaign_id, state="quiet")


def _turn_off(account: Account) -> None:
    silent = Account.objects.filter(pk=account.pk, quiet_since__isnull=False)
    if silent.update(quiet_since=None):
        log.info("@%s hears the public again", account.handle)
        live.announce("account", campaign=account.campaign_id, state="live")
