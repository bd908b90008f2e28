"""A file of posts on the way that the stream takes: to try things out, to catch up, to test."""

import time
from collections.abc import Iterator
from itertools import islice
from threading import Event
from typing import BinaryIO

from campaign.intake import parse, write
from campaign.intake.write import Tally
from campaign.models import Account
from campaign.networks.base import IncomingPost, Skipped

STEP = 0.1


def replay(
    file: BinaryIO, *, account: Account, rate: float = 0.0, stop: Event | None = None
) -> Tally:
    """Every post of the file, `rate` a second (0: as fast as they can be written)."""
    tally = Tally()
    stop = stop or Event()
    read = parse.posts(file)
    size = max(1, min(write.BATCH, round(rate * STEP))) if rate else write.BATCH
    due = time.monotonic()
    while not stop.is_set() and (batch := list(islice(read, size))):
        posts = list(_usable(batch, tally))
        if posts:
            tally.add(write.write(posts, account=account))
        if rate:
            due += len(batch) / rate
            stop.wait(max(0.0, due - time.monotonic()))
    return tally


def _usable(batch: list[IncomingPost | Skipped], tally: Tally) -> Iterator[IncomingPost]:
    for one in batch:
        if isinstance(one, Skipped):
            tally.skipped[one.reason] += 1
        else:
            yield one
