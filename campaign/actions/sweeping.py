"""One run of a sweep: alone among all clocks, and written down for whoever watches over them."""

import logging
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from campaign.models import SweepRun

log = logging.getLogger(__name__)

LOCK_CLASS = 7_203


def run(name: str, sweep: Callable[[], object], *, every: float) -> None:
    """Run it unless another process does so now. What it raises is logged and counted."""
    with _alone(name) as alone:
        if not alone:
            return
        began, at = time.monotonic(), timezone.now()
        found, failure = 0, ""
        try:
            result = sweep()
            found = result if isinstance(result, int) else 0
        except Exception as error:
            # The others must still run, and this one again: it may be a passing trouble.
            log.exception("The sweep %s failed", name)
            failure = f"{type(error).__name__}: {error}"[:200]
        seconds = time.monotonic() - began
        _note(name, every=every, seconds=seconds, found=found, failure=failure)
        if failure:
            SweepRun.objects.filter(name=name).update(failed_at=at)


def _note(name: str, *, every: float, seconds: float, found: int, failure: str) -> None:
    facts = {"every": every, "ran_at": timezone.now(), "seconds": seconds, "found": found}
    added = {
        "slowest": Greatest(F("slowest"), seconds),
        "found_in_all": F("found_in_all") + found,
        "runs": F("runs") + 1,
        "failures": F("failures") + int(bool(failure)),
    }
    row = SweepRun.objects.filter(name=name)
    SweepRun.objects.bulk_create([SweepRun(name=name, **facts)], ignore_conflicts=True)
    row.update(**facts, **added, **({"failure": failure} if failure else {}))


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """Whether no other process runs this sweep now. A killed one lets go by dying."""
    number = zlib.crc32(name.encode()) - (1 << 31)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, number])
        got = cursor.fetchone() == (True,)
    try:
        yield got
    finally:
        # A lost connection has let go already.
        with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
            if got:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, number])
