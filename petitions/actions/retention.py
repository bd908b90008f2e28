"""What we erase when its time has come, as the petition page promises."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaign import audit
from petitions.models import Petition, Signature

UNCONFIRMED_FOR = timedelta(days=30)
NAMES_AFTER_CLOSING = timedelta(days=182)


def purge_unconfirmed() -> int:
    """Erase signatures that nobody confirmed within 30 days. Returns how many."""
    before = timezone.now() - UNCONFIRMED_FOR
    purged, _ = Signature.objects.filter(
        state__in=[Signature.State.PENDING, Signature.State.FRAUDULENT],
        confirmed_at=None,
        signed_at__lt=before,
    ).delete()
    return purged


def anonymise_closed() -> int:
    """Erase names and addresses six months after a petition closed. Returns how many.

    States, countries and times stay, so that the numbers do.
    """
    before = timezone.now() - NAMES_AFTER_CLOSING
    erased = 0
    for petition in Petition.objects.filter(closes_at__lt=before):
        with transaction.atomic():
            named = Signature.objects.filter(petition=petition).exclude(email="", name="")
            count = named.update(email="", name="", news_consent=False, mail_due=False)
            if count:
                audit.record("anonymised signatures", petition, after={"count": count}, by=None)
        erased += count
    return erased
