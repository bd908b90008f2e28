"""The audit log: `audit.record("claimed", mention, by=ana)` inside the transaction that acts.

An entry is written with the change that it describes, and waits for nobody. The chain of hashes,
which is serial, is made afterwards: `seal`, run by the clock, gives each committed entry its number
and its hash. The database refuses every other change (docs/decisions/0010).
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaign.models import AuditEntry, User

log = logging.getLogger(__name__)

CHAIN_LOCK = 7_201_701
#: So many entries are sealed in one transaction.
BATCH = 1_000

SEAL = """
UPDATE campaign_auditentry AS entry
SET number = made.number, previous_hash = made.previous_hash, hash = made.hash
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[])
    AS made (id, number, previous_hash, hash)
WHERE entry.id = made.id
"""


def record(
    verb: str,
    target: models.Model,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    by: User | None,
) -> AuditEntry:
    """Append one entry. Call it inside the transaction of the change that it describes.

    `target` is the row that changed; its `campaign` is noted when it has one. No personal data
    and no secrets belong in `before` and `after`: ids, states, reasons.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record belongs inside the transaction of the change")
    return AuditEntry.objects.create(
        campaign_id=getattr(target, "campaign_id", None),
        actor=by,
        verb=verb,
        target_type=target._meta.model_name or "",
        target_id=str(target.pk),
        before=json.loads(json.dumps(before or {}, cls=DjangoJSONEncoder)),
        after=json.loads(json.dumps(after or {}, cls=DjangoJSONEncoder)),
        at=timezone.now(),
    )


def seal() -> int:
    """Chain the entries that were committed since the last time. Returns how many. For the clock.

    Once a minute the newest link goes to the log as well: whoever keeps that elsewhere can tell
    whether the end of the chain was cut off (`manage.py verify_audit --head`).
    """
    sealed = batch = _seal_some()
    while batch == BATCH:
        batch = _seal_some()
        sealed += batch
    if sealed and cache.add("audit:head-told", 1, timeout=60):
        log.info("The audit chain is sealed up to %s", head())
    return sealed


def head() -> str:
    """The newest link as `NUMBER:HASH`; "" of an empty chain."""
    newest = _chain().last()
    return f"{newest.number}:{newest.hash}" if newest else ""


def has(link: str) -> bool:
    """Whether `NUMBER:HASH` is in the chain."""
    number, _, digest = link.partition(":")
    known = number.isdecimal() and len(number) < 19
    return known and AuditEntry.objects.filter(number=int(number), hash=digest).exists()


def first_break() -> AuditEntry | None:
    """The first sealed entry that does not follow from the one before it; None if all do."""
    previous, number = "", 1
    for entry in _chain().iterator():
        if (entry.number, entry.previous_hash, entry.hash) != (
            number,
            previous,
            _hash(previous, _facts(entry)),
        ):
            return entry
        previous, number = entry.hash or "", number + 1
    return None


def _seal_some() -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        last = _chain().last()
        number, previous = (last.number or 0, last.hash or "") if last else (0, "")
        waiting = AuditEntry.objects.filter(number=None).order_by("id")[:BATCH]
        rows: list[tuple[int, int, str, str]] = []
        for entry in waiting:
            number += 1
            link = _hash(previous, _facts(entry))
            rows.append((entry.pk, number, previous, link))
            previous = link
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(SEAL, [list(column) for column in zip(*rows, strict=True)])
    return len(rows)


def _chain() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.exclude(number=None).order_by("number")


def _hash(previous: str, facts: Mapping[str, Any]) -> str:
    text = json.dumps(facts, sort_keys=True, cls=DjangoJSONEncoder)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _facts(entry: AuditEntry) -> dict[str, Any]:
    return {
        "campaign": entry.campaign_id,
        "actor": entry.actor_id,
        "verb": entry.verb,
        "target": [entry.target_type, entry.target_id],
        "before": entry.before,
        "after": entry.after,
        "at": entry.at.isoformat(),
    }
