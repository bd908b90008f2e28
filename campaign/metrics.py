"""`/metrics`: what an operator watches, in Prometheus' own format, asked of the database.

Each function named in `settings.METRICS` yields families of samples. They are gauges: a scrape
tells how things are now, whichever process answers it. Ages are in seconds.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import django_rq
from django.conf import settings
from django.db.models import Count
from django.utils import timezone
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis import RedisError
from rq.worker import Worker

from campaign.models import Account, Mention, SweepRun

PREFIX = "newsroom_"


def gauge(
    name: str, about: str, samples: Iterable[tuple[Iterable[str], float]], *, labels: Iterable[str]
) -> GaugeMetricFamily:
    """One family: `samples` are pairs of label values and a number."""
    family = GaugeMetricFamily(PREFIX + name, about, labels=list(labels))
    for values, number in samples:
        family.add_metric(list(values), number)
    return family


class _Asked(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name in settings.METRICS:
            yield from import_string(name)()


def text() -> bytes:
    registry = CollectorRegistry()
    registry.register(_Asked())
    return generate_latest(registry)


def ground() -> Iterator[GaugeMetricFamily]:
    """Intake and queues."""
    now = timezone.now()
    accounts = list(Account.objects.all())
    for name, field, about in (
        ("stream_silence_seconds", "stream_seen_at", "Since the stream last showed a sign of life"),
        ("mention_silence_seconds", "last_mention_at", "Since the last mention"),
    ):
        seen = ((one.handle, getattr(one, field)) for one in accounts)
        ages = [([handle], (now - at).total_seconds()) for handle, at in seen if at]
        yield gauge(name, about, ages, labels=["account"])
    active = [([one.handle], float(one.status == Account.Status.ACTIVE)) for one in accounts]
    yield gauge("account_active", "1 while the account may post", active, labels=["account"])
    open_ = Mention.objects.open().values("status").annotate(number=Count("pk")).order_by()
    rows = [([row["status"]], float(row["number"])) for row in open_]
    yield gauge("mentions", "Mentions that wait or are claimed", rows, labels=["status"])
    late = Mention.objects.lease_over(at=now).count()
    yield gauge("leases_over", "Claims whose time is over", [([], float(late))], labels=[])
    yield from _queues()


def sweeps() -> Iterator[GaugeMetricFamily]:
    """The clock's work, by the dotted name of each sweep."""
    now = timezone.now()
    runs = list(SweepRun.objects.all())
    for name, about, numbers in (
        ("age_seconds", "Since the last run", [(now - run.ran_at).total_seconds() for run in runs]),
        ("seconds", "What the last run took", [run.seconds for run in runs]),
        ("found", "What all runs had to do", [float(run.found_in_all) for run in runs]),
        ("failures", "Runs that failed", [float(run.failures) for run in runs]),
        ("late", "1 for one that should have run", [float(run.is_late) for run in runs]),
    ):
        samples = [([run.name], number) for run, number in zip(runs, numbers, strict=True)]
        yield gauge(f"sweep_{name}", about, samples, labels=["sweep"])


def _queues() -> Iterator[GaugeMetricFamily]:
    waiting: list[tuple[list[str], float]] = []
    failed: list[tuple[list[str], float]] = []
    workers: list[tuple[list[str], float]] = []
    reached = 1.0
    try:
        for name in settings.RQ_QUEUES:
            queue: Any = django_rq.get_queue(name)
            waiting.append(([name], float(queue.count)))
            failed.append(([name], float(queue.failed_job_registry.count)))
            workers.append(([name], float(Worker.count(queue=queue))))
    except RedisError:
        reached = 0.0
    yield gauge("redis_up", "1 while Redis answers", [([], reached)], labels=[])
    yield gauge("jobs_waiting", "Jobs in the queue", waiting, labels=["queue"])
    yield gauge("jobs_failed", "Jobs that ended with an error", failed, labels=["queue"])
    yield gauge("workers", "Workers of the queue that are alive", workers, labels=["queue"])
