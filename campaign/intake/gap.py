"""What was said while nobody listened, found again by recent search.

The place to go on from is the network's own `newest_id` of the *first* page: later pages are older,
and posts that come while we turn pages belong to the stream.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event

from campaign.networks import x_payload
from campaign.networks.base import (
    IncomingPost,
    Network,
    NetworkError,
    Page,
    RateLimited,
    Rejected,
)

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=2)
SEARCH_REACHES = timedelta(days=7) - timedelta(minutes=10)
MOST_PAGES = 200
RETRY_FIRST, RETRY_MOST = 1.0, 60.0

Store = Callable[[Sequence[IncomingPost]], object | None]


@dataclass(frozen=True, slots=True)
class Filled:
    """`complete` means that every page was stored; only then may the cursor move."""

    newest_id: str
    found: int
    complete: bool


def since(newest_id: str, *, at: datetime) -> str:
    """Where to search from: a little before the cursor, or "" where search does not reach back."""
    made = x_payload.post_time(newest_id)
    if made is None or made < at - SEARCH_REACHES:
        return ""
    return str(max(int(newest_id) - (int(OVERLAP.total_seconds() * 1000) << 22), 1))


def fill(
    network: Network, *, query: str, cursor: str, store: Store, stop: Event, patient: bool = True
) -> Filled:
    """Search from the cursor on and store page by page; `store` says None when it could not.

    Without a usable cursor (a new account, or a week of silence) the newest page alone is taken,
    since reading posts costs money. Trouble with the network is waited out.
    """
    since_id = since(cursor, at=datetime.now(UTC))
    newest_id, token, found = cursor, "", 0
    for number in range(MOST_PAGES if since_id else 1):
        page = _page(network, query, since_id=since_id, token=token, stop=stop, patient=patient)
        if page is None:
            return Filled(newest_id, found, complete=False)
        if number == 0:
            newest_id = page.newest_id or cursor
        if page.refused:
            log.warning("%s found posts could not be read", page.refused)
        if page.posts and store(page.posts) is None:
            return Filled(newest_id, found, complete=False)
        found += len(page.posts)
        token = page.next_token
        if not token:
            break
    return Filled(newest_id, found, complete=True)


def _page(
    network: Network, query: str, *, since_id: str, token: str, stop: Event, patient: bool
) -> Page | None:
    """One page, however long it takes; None if it was refused or we were told to stop."""
    wait = RETRY_FIRST
    while not stop.is_set():
        try:
            return network.search_recent(query, since_id=since_id, next_token=token)
        except Rejected as refusal:
            log.warning("the gap stays open, search was refused: %s", refusal)
            return None
        except RateLimited as limited:
            log.warning("the gap waits: %s", limited)
            pause = (limited.retry_at - datetime.now(UTC)).total_seconds()
        except NetworkError as error:
            log.warning("the gap waits %.0f s: %s", wait, error)
            pause, wait = wait, min(wait * 2, RETRY_MOST)
        if not patient:
            return None
        stop.wait(max(pause, 0.1))
    return None
