from datetime import timedelta

import pytest
from django.utils import timezone

from petitions.actions import counting, retention, signing
from petitions.models import CountSnapshot, OutsideSignature, Petition, Signature, Source
from tests.petitions.conftest import tess

pytestmark = pytest.mark.django_db


def test_purge_erases_only_what_nobody_confirmed_in_time(petition: Petition) -> None:
    ages = {"old": 31, "new": 29, "confirmed": 31}
    for name, days in ages.items():
        signing.sign(petition, person=tess(email=f"{name}@example.org"), link=None)
        latest = Signature.objects.latest("id")
        Signature.objects.filter(pk=latest.pk).update(
            signed_at=timezone.now() - timedelta(days=days)
        )
        if name == "confirmed":
            signing.confirm(latest.pk)

    assert retention.purge_unconfirmed() == 1

    kept = [one.email for one in Signature.objects.order_by("id")]
    assert kept == ["new@example.org", "confirmed@example.org"]


def test_anonymise_keeps_the_numbers_and_erases_the_people(petition: Petition) -> None:
    signing.sign(petition, person=tess(wants_news=True), link=None)
    signing.confirm(Signature.objects.get().pk)
    Petition.objects.update(closes_at=timezone.now() - timedelta(days=181))
    assert retention.anonymise_closed() == 0

    Petition.objects.update(closes_at=timezone.now() - timedelta(days=183))
    assert retention.anonymise_closed() == 1
    assert retention.anonymise_closed() == 0

    facts = ("state", "name", "email", "country", "news_consent")
    assert Signature.objects.values_list(*facts).get() == ("confirmed", "", "", "GB", False)
    counting.count_all()
    assert [one.drift for one in counting.recount_all()] == [0]
    assert CountSnapshot.objects.get().confirmed == 1
    assert petition.campaign.audit.get().after == {"count": 1}


def test_anonymise_erases_addresses_given_on_other_platforms(petition: Petition) -> None:
    source = Source.objects.create(petition=petition, kind=Source.Kind.CSV, name="Elsewhere")
    outside = OutsideSignature.objects.create(
        petition=petition,
        source=source,
        external_id="1",
        email_hmac="a" * 64,
        email="tess@example.org",
        signed_at=timezone.now(),
    )
    Petition.objects.update(closes_at=timezone.now() - timedelta(days=183))
    assert retention.anonymise_closed() == 1
    outside.refresh_from_db()
    assert (outside.email, outside.email_hmac) == ("", "a" * 64)
