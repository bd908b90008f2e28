"""Every account with its listener: started, restarted when it ends, stopped together."""

import logging
from collections.abc import Hashable
from threading import Event

from django.db import DatabaseError, InterfaceError, connection

from campaign.intake import listener
from campaign.intake.listener import Listener
from campaign.models import Account

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
STOP_WITHIN = 15.0
NOBODY = (
    "There is no account to listen for yet. Connect one with `manage.py connect_account x "
    "--campaign SLUG --credentials FILE.json`; listening then begins by itself."
)


def listen(*, handle: str = "", stop: Event) -> None:
    """Listen for all active accounts, or for one, until told to stop."""
    running: dict[int, tuple[Hashable, Listener]] = {}
    told = False
    while not stop.is_set():
        accounts = _accounts(handle)
        if accounts is not None:
            _adjust(running, accounts)
            if not accounts and not told:
                log.info(NOBODY)
            told = not accounts
        stop.wait(LOOK_EVERY)
    _stop(running, list(running))


def _accounts(handle: str) -> list[Account] | None:
    """The accounts to listen for; None while the database is away."""
    wanted = Account.objects.active().select_related("campaign")
    if handle:
        wanted = wanted.filter(handle__iexact=handle.removeprefix("@"))
    try:
        return list(wanted)
    except (DatabaseError, InterfaceError) as error:
        log.warning("the accounts cannot be read: %s", str(error).partition("\n")[0])
        connection.close()
        return None


def _adjust(running: dict[int, tuple[Hashable, Listener]], accounts: list[Account]) -> None:
    wanted = {account.pk: account for account in accounts}
    over = [
        pk
        for pk, (signature, one) in running.items()
        if pk not in wanted or signature != _signature(wanted[pk]) or not one.is_alive()
    ]
    _stop(running, over)
    for pk, account in wanted.items():
        if pk not in running:
            one = Listener(account)
            running[pk] = (_signature(account), one)
            one.start()


def _signature(account: Account) -> Hashable:
    """What a listener is built on; when it changes, the listener is made anew."""
    keys = tuple(sorted(account.credentials.items()))
    return (account.network, account.external_id, listener.query(account), keys)


def _stop(running: dict[int, tuple[Hashable, Listener]], which: list[int]) -> None:
    for pk in which:
        running[pk][1].stop()
    for pk in which:
        _, one = running.pop(pk)
        one.join(timeout=STOP_WITHIN)
        if one.is_alive():
            log.error("the listener %s did not end", one.name)
