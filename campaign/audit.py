"""The audit log: `audit.record("claimed", mention, by=ana)` inside the transaction that acts.

The chain of hashes is serial, so each entry takes one short advisory lock; it is taken last in a
transaction and freed by its end.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone

from campaign.models import AuditEntry, User

CHAIN_LOCK = 7_201_701


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
    entry = AuditEntry(
        campaign_id=getattr(target, "campaign_id", None),
        actor=by,
        verb=verb,
        target_type=target._meta.model_name or "",
        target_id=str(target.pk),
        before=json.loads(json.dumps(before or {}, cls=DjangoJSONEncoder)),
        after=json.loads(json.dumps(after or {}, cls=DjangoJSONEncoder)),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
    entry.at = timezone.now()
    last = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first()
    entry.previous_hash = last or ""
    entry.hash = _hash(entry.previous_hash, _facts(entry))
    entry.save(force_insert=True)
    return entry


def first_break() -> AuditEntry | None:
    """The first entry whose hash does not follow from the one before it; None if all do."""
    previous = ""
    for entry in AuditEntry.objects.order_by("id").iterator():
        if entry.previous_hash != previous or entry.hash != _hash(previous, _facts(entry)):
            return entry
        previous = entry.hash
    return None
