"""The chain of custody: `custody.record(clip, Kind.RECEIVED, sha256=…, by=ana)`.

From the phone's hash of a film to the network's id of the post, each event carries the hash of the
one before it, so that a change or a gap shows. Each clip has a chain of its own, so that it can be
given to a lawyer whole and checked by itself, and so that two clips never wait for each other.

Inside a transaction that also writes the audit log, record custody first: the audit's lock is
taken last, everywhere.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from campaign.models import User
from campaign.prepared import Given, Prepared
from videos.models import Clip, CustodyEvent

Kind = CustodyEvent.Kind

LOCK_CLASS = 7_203


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold: the event, and what is wrong in plain words."""

    clip: uuid.UUID
    number: int
    wrong: str


_LAST = Prepared(lambda: CustodyEvent.objects.filter(clip=Given("clip")).order_by("-number")[:1])


def record(
    clip: Clip | uuid.UUID,
    kind: Kind,
    *,
    sha256: str = "",
    by: User | None,
    **facts: Any,
) -> CustodyEvent:
    """Append one event to the clip's chain, inside the transaction of the change it describes.

    `facts` hold ids, sizes and reasons: no names, no places, no secrets.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("custody.record belongs inside the transaction of the change")
    clip_id = clip.pk if isinstance(clip, Clip) else clip
    with connection.cursor() as cursor:
        key = int.from_bytes(clip_id.bytes[:4], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, key])
    last = _LAST.first(clip=clip_id)
    event = CustodyEvent(
        clip_id=clip_id,
        number=last.number + 1 if last else 1,
        kind=kind,
        sha256=sha256,
        actor=by,
        facts=json.loads(json.dumps(facts, cls=DjangoJSONEncoder)),
        at=timezone.now(),
        previous_hash=last.hash if last else "",
    )
    event.hash = link(event.previous_hash, describe(event))
    event.save(force_insert=True)
    return event


def describe(event: CustodyEvent) -> dict[str, Any]:
    """What is hashed of an event, in plain JSON; an export shows the same."""
    return {
        "clip": str(event.clip_id),
        "number": event.number,
        "kind": event.kind,
        "sha256": event.sha256,
        "actor": event.actor_id,
        "facts": event.facts,
        "at": event.at.isoformat(),
    }


def link(previous: str, facts: Mapping[str, Any]) -> str:
    """The hash of one event: sha256 of the hash before it, a line break, and its JSON."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def breaks(events: Iterable[CustodyEvent]) -> Iterator[Break]:
    """Where the chains break; `events` come ordered by clip and number."""
    clip: uuid.UUID | None = None
    previous, expected = "", 1
    for event in events:
        if event.clip_id != clip:
            clip, previous, expected = event.clip_id, "", 1
        if event.number != expected:
            yield Break(event.clip_id, event.number, f"event {expected} is missing")
        elif event.previous_hash != previous:
            yield Break(event.clip_id, event.number, "it does not follow the event before it")
        elif event.hash != link(previous, describe(event)):
            yield Break(event.clip_id, event.number, "it was changed after it was written")
        previous, expected = event.hash, event.number + 1
