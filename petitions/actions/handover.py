"""The petition as a document for the day it is handed over: numbers, words, ledger, and a hash.

It names nobody. Drawn up as often as one likes; kept, with its hash, when a manager seals it.
"""

import hashlib
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import User
from petitions.actions import counting, ledger, texts
from petitions.actions.ledger import canonical
from petitions.models import (
    CountSlice,
    CountSnapshot,
    HandOver,
    LedgerEntry,
    Petition,
    Removal,
    Signature,
    Source,
    TextVersion,
)


def draw_up(petition: Petition, *, by: User | None = None) -> dict[str, Any]:
    """The document, counted from the signatures themselves at this moment."""
    texts.keep_versions(petition, by=by)
    counting.recount_all()
    petition.refresh_from_db()
    count = CountSnapshot.objects.filter(petition=petition).first() or CountSnapshot(
        counted_at=timezone.now()
    )
    chain = list(LedgerEntry.objects.filter(petition=petition).order_by("day"))
    broken = ledger.broken(chain)
    return {
        "petition": petition.slug,
        "campaign": petition.campaign.name,
        "opened": _iso(petition.opens_at),
        "closed": _iso(petition.closes_at),
        "counted": _iso(count.counted_at),
        "goal": petition.goal,
        "signatures": {
            "confirmed": count.confirmed,
            "pending": count.pending,
            "removed": count.removed,
            "other_platforms": count.outside,
            "other_platforms_as_a_number": count.unverified,
        },
        "countries": _slices(petition, CountSlice.By.COUNTRY),
        "languages": _slices(petition, CountSlice.By.LANGUAGE),
        "platforms": _platforms(petition),
        "texts": _texts(petition),
        "removals": [
            {
                "on": one.at.astimezone(UTC).date().isoformat(),
                "count": one.count,
                "reason": one.reason,
                "undone": one.undone_at is not None,
            }
            for one in Removal.objects.filter(petition=petition).order_by("at")
        ],
        "ledger": {
            "days": len(chain),
            "holds": broken is None,
            "last": ledger.facts_of(chain[-1]) | {"hash": chain[-1].hash} if chain else None,
        },
    }


def hash_of(document: dict[str, Any]) -> str:
    """SHA-256 of the document as JSON with sorted names and no spaces, in UTF-8."""
    return hashlib.sha256(canonical(document)).hexdigest()


def seal(petition: Petition, *, by: User) -> HandOver:
    """Keep the document as it is now, and its hash; later ones stand beside it."""
    document = draw_up(petition, by=by)
    with transaction.atomic():
        kept = HandOver.objects.create(
            petition=petition,
            document=document,
            hash=hash_of(document),
            at=timezone.now(),
            by=by,
        )
        facts = {"hash": kept.hash, "confirmed": document["signatures"]["confirmed"]}
        audit.record("sealed the hand-over", petition, after=facts, by=by)
    return kept


def note_handed_over(petition: Petition, *, on: date, by: User) -> None:
    """It is in the hands of those whom it asks; the public page says so."""
    with transaction.atomic():
        Petition.objects.filter(pk=petition.pk).update(handed_over_on=on)
        audit.record("handed over", petition, after={"on": on.isoformat()}, by=by)


def _slices(petition: Petition, by: CountSlice.By) -> list[dict[str, Any]]:
    found = CountSlice.objects.filter(petition=petition, by=by, confirmed__gt=0)
    return [
        {by.value: key, "confirmed": confirmed}
        for key, confirmed in found.order_by("-confirmed", "key").values_list("key", "confirmed")
    ]


def _platforms(petition: Petition) -> list[dict[str, Any]]:
    return [
        {
            "name": source.name,
            "counted": "as a number" if source.kind in {"number", "url"} else "each address once",
            "number": source.number or source.signatures.count(),
        }
        for source in Source.objects.filter(petition=petition, active=True).order_by("pk")
    ]


def _texts(petition: Petition) -> list[dict[str, Any]]:
    """Every version, with how many confirmed signatures were given to these very words."""
    versions = TextVersion.objects.filter(petition=petition).order_by("language", "number")
    found = []
    for language, group in groupby(versions, key=lambda one: one.language):
        own = list(group)
        for one, later in zip(own, [*own[1:], None], strict=True):
            signed = Signature.objects.confirmed().filter(petition=petition, language=language)
            if one.number > 1:
                signed = signed.filter(signed_at__gte=one.since)
            if later:
                signed = signed.filter(signed_at__lt=later.since)
            found.append(
                {
                    "language": language,
                    "version": one.number,
                    "since": _iso(one.since),
                    "title": one.title,
                    "addressee": one.addressee,
                    "body": one.body,
                    "sha256": one.sha256,
                    "confirmed": signed.count(),
                }
            )
    return found


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None
