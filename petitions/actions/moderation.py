"""Signatures that people of the newsroom take out, or take back in, many at once."""

from collections.abc import Iterable

from django.db import transaction

from campaign import audit
from campaign.models import User
from petitions.actions.signing import ask_for_mail
from petitions.models import Petition, Signature


def take_out(petition: Petition, *, ids: Iterable[int], by: User) -> int:
    """They no longer count. Returns how many did or might have."""
    with transaction.atomic():
        chosen = list(
            Signature.objects.select_for_update()
            .filter(petition=petition, pk__in=ids)
            .exclude(state=Signature.State.INVALIDATED)
            .values_list("pk", flat=True)
        )
        Signature.objects.filter(pk__in=chosen).update(
            state=Signature.State.INVALIDATED, mail_due=False
        )
        _record("took out signatures", petition, chosen, by=by)
    return len(chosen)


def take_back(petition: Petition, *, ids: Iterable[int], by: User) -> int:
    """They are people after all: confirmed ones count again, the others get their mail.

    Those that their owners took out stay out. Returns how many came back.
    """
    with transaction.atomic():
        out = list(
            Signature.objects.select_for_update()
            .filter(
                petition=petition,
                pk__in=ids,
                state__in=[Signature.State.FRAUDULENT, Signature.State.INVALIDATED],
            )
            .exclude(email="")
        )
        for signature in out:
            signature.state = (
                Signature.State.CONFIRMED if signature.confirmed_at else Signature.State.PENDING
            )
            signature.mail_due = not signature.confirmed_at and not signature.mails_sent
            signature.save(update_fields=["state", "mail_due"])
            if signature.mail_due:
                ask_for_mail(signature.pk)
        _record("took back signatures", petition, [one.pk for one in out], by=by)
    return len(out)


def _record(verb: str, petition: Petition, ids: list[int], *, by: User) -> None:
    if ids:
        audit.record(verb, petition, after={"count": len(ids), "ids": ids}, by=by)
