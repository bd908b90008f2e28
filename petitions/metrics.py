"""What an operator watches of the petitions. See `campaign.metrics`."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from campaign.metrics import gauge
from petitions.models import CountSnapshot, Signature


def petitions() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    counted = CountSnapshot.objects.values_list("petition__slug", "counted_at")
    lag = [([slug], (now - at).total_seconds()) for slug, at in counted]
    yield gauge("count_age_seconds", "Since the signatures were counted", lag, labels=["petition"])
    owed = Signature.objects.filter(mail_due=True).count()
    yield gauge("mails_owed", "Mails to signers that were not sent", [([], float(owed))], labels=[])
