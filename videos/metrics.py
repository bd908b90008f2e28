"""What an operator watches of the footage. See `campaign.metrics`."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily

from campaign.metrics import gauge
from videos.models import Clip, Upload

IN_THE_WORKS = (Clip.Status.RECEIVED, Clip.Status.PROCESSING)


def footage() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    waiting = Clip.objects.filter(status__in=IN_THE_WORKS)
    counted = waiting.values("status").order_by().annotate(number=Count("pk"))
    counts = dict(counted.values_list("status", "number"))
    clips = [([str(status)], float(counts.get(status, 0))) for status in IN_THE_WORKS]
    yield gauge("clips", "Clips that are not prepared yet", clips, labels=["status"])
    oldest = waiting.aggregate(at=Min("received_at"))["at"]
    age = (now - oldest).total_seconds() if oldest else 0.0
    yield gauge("clip_age_seconds", "Since the oldest of them came", [([], age)], labels=[])
    uploads = Upload.objects.filter(status=Upload.Status.ANNOUNCED, expires_at__gt=now).count()
    yield gauge("uploads_open", "Films on their way", [([], float(uploads))], labels=[])
