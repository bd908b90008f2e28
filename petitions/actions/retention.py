"""What we erase when its time has come, as the petition page promises."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaign import audit
from petitions.actions.signing import EMPTY
from petitions.actions.tally import FIELDS, Tally
from petitions.models import CsvImport, OutsideSignature, Petition, Signature, WebhookDelivery

UNCONFIRMED_FOR = timedelta(days=30)
#: Networks' hashes, imported files nobody loaded, and what other platforms were told.
TRACES_FOR = timedelta(days=30)
FILES_FOR = timedelta(days=1)
BATCH = 5_000


def purge_unconfirmed() -> int:
    """Erase signatures that nobody confirmed within 30 days. Returns how many.

    Those that were kept apart stay as numbers without anybody in them: what the public ledger
    says was removed remains true.
    """
    before = timezone.now() - UNCONFIRMED_FOR
    late = Signature.objects.filter(confirmed_at=None, signed_at__lt=before)
    suspicious = late.filter(state=Signature.State.FRAUDULENT).exclude(email="")
    return _purge_pending(late.filter(state=Signature.State.PENDING)) + suspicious.update(**EMPTY)


def _purge_pending(late: QuerySet[Signature]) -> int:
    purged = 0
    while True:
        with transaction.atomic():
            tally = Tally()
            rows = list(
                late.select_for_update(skip_locked=True, of=("self",)).only("pk", *FIELDS)[:BATCH]
            )
            for signature in rows:
                tally.leave(signature)
            tally.save()
            Signature.objects.filter(pk__in=[one.pk for one in rows]).delete()
        purged += len(rows)
        if len(rows) < BATCH:
            return purged


def anonymise_closed() -> int:
    """Erase names and addresses some time after a petition closed. Returns how many.

    Those given on other platforms go with ours.
    States, countries, hashes and times stay, so that the numbers do.
    """
    before = timezone.now() - timedelta(days=settings.SIGNATURES_KEPT_DAYS)
    erased = 0
    for petition in Petition.objects.filter(closes_at__lt=before):
        with transaction.atomic():
            named = Signature.objects.filter(petition=petition).exclude(email="", name="")
            elsewhere = OutsideSignature.objects.filter(petition=petition).exclude(email="")
            count = named.update(**EMPTY) + elsewhere.update(email="")
            if count:
                audit.record("anonymised signatures", petition, after={"count": count}, by=None)
        erased += count
    return erased


def purge_traces() -> None:
    """Forget what served its purpose: networks, files that were never loaded, old messages."""
    now = timezone.now()
    Signature.objects.exclude(network="").filter(signed_at__lt=now - TRACES_FOR).update(network="")
    CsvImport.objects.filter(state=CsvImport.State.PREVIEW, at__lt=now - FILES_FOR).delete()
    WebhookDelivery.objects.exclude(state=WebhookDelivery.State.WAITING).filter(
        created_at__lt=now - TRACES_FOR
    ).delete()
