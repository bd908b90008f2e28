"""The public integrity ledger: each day's numbers, sealed into a chain that anybody can check."""

import hashlib
import json
import logging
from collections.abc import Iterable
from datetime import UTC, date, timedelta

from django.db import transaction
from django.utils import timezone

from petitions.actions import counting
from petitions.models import LedgerEntry, Petition

log = logging.getLogger(__name__)


def close_day() -> int:
    """For the clock: once a night, recount everything and seal the day that has ended (UTC).

    Returns how many entries were made; none when the day is closed already.
    """
    day = timezone.now().astimezone(UTC).date() - timedelta(days=1)
    due = Petition.objects.public().filter(counting_paused=False).exclude(ledger__day__gte=day)
    if not due.exists():
        return 0
    drifts = {one.petition_id: one.drift for one in counting.recount_all()}
    made = 0
    for petition in due.select_related("count"):
        if petition.pk in drifts:  # another process counts: the next call comes soon
            made += _seal(petition, day=day, drift=drifts[petition.pk])
    return made


def _seal(petition: Petition, *, day: date, drift: int) -> bool:
    petition.refresh_from_db()
    count = petition.count
    with transaction.atomic():
        last = LedgerEntry.objects.filter(petition=petition).order_by("-day").first()
        entry = LedgerEntry(
            petition=petition,
            day=day,
            confirmed=count.confirmed,
            pending=count.pending,
            removed=count.removed,
            elsewhere=count.elsewhere,
            drift=drift,
            at=timezone.now(),
            previous_hash=last.hash if last else "",
        )
        entry.hash = seal_of(entry)
        _, is_new = LedgerEntry.objects.get_or_create(
            petition=petition,
            day=day,
            defaults={
                name: getattr(entry, name)
                for name in (
                    "confirmed", "pending", "removed", "elsewhere", "drift", "at",
                    "previous_hash", "hash",
                )
            },
        )  # fmt: skip
    return is_new


def facts_of(entry: LedgerEntry) -> dict[str, object]:
    """What is sealed, and what anybody needs to check the seal."""
    return {
        "day": entry.day.isoformat(),
        "confirmed": entry.confirmed,
        "pending": entry.pending,
        "removed": entry.removed,
        "elsewhere": entry.elsewhere,
        "drift": entry.drift,
        "previous": entry.previous_hash,
    }


def seal_of(entry: LedgerEntry) -> str:
    """SHA-256 of the facts as JSON with sorted names and no spaces."""
    return hashlib.sha256(canonical(facts_of(entry))).hexdigest()


def canonical(facts: object) -> bytes:
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def broken(entries: Iterable[LedgerEntry]) -> date | None:
    """The first day whose seal does not fit, the oldest first; None when the chain holds."""
    previous: str | None = None
    for entry in entries:
        if seal_of(entry) != entry.hash or previous not in {None, entry.previous_hash}:
            return entry.day
        previous = entry.hash
    return None
