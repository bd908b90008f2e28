"""Give addresses' hashes the newest of `EMAIL_HMAC_KEYS`, so that an old key can be taken away."""

from dataclasses import dataclass
from typing import Any

from petitions.actions.signing import address_keys
from petitions.models import OutsideSignature, Signature

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """`left` are rows without an address: only their own key can tell that they are known."""

    changed: int
    left: int


def rekey() -> Rekeyed:
    """Any number of times, also while people sign. The newest key writes; the others are read."""
    own = _rekey(Signature.objects)
    outside = _rekey(OutsideSignature.objects)
    return Rekeyed(own.changed + outside.changed, own.left + outside.left)


def _rekey(manager: Any) -> Rekeyed:
    changed, last = 0, 0
    while rows := list(
        manager.filter(pk__gt=last)
        .exclude(email="")
        .order_by("pk")
        .only("pk", "petition_id", "email", "email_hmac")[:BATCH]
    ):
        last = rows[-1].pk
        moved = []
        for row in rows:
            key = address_keys(row.petition_id, row.email)[0]
            if key != row.email_hmac:
                row.email_hmac = key
                moved.append(row)
        manager.bulk_update(moved, ["email_hmac"])
        changed += len(moved)
    return Rekeyed(changed, manager.filter(email="").count())
