"""Looks for a mail domain or a network that suddenly sends many of a petition's signatures."""

import logging
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from campaign import live
from petitions.addresses import PROVIDERS, USUAL
from petitions.models import Alert, DomainRule, Petition, Signature

log = logging.getLogger(__name__)

WINDOW = timedelta(minutes=15)
#: Of that time's signatures: fewer are never alarming, and neither is a smaller share (percent).
AT_LEAST = 20
SHARE = {DomainRule.What.DOMAIN: 25, DomainRule.What.NETWORK: 10}
#: Where most people have their mail; many signatures from there are a good day.
COMMON = sorted({*USUAL, *PROVIDERS})


def watch() -> int:
    """For the clock. Returns how many alerts are new."""
    since = timezone.now() - WINDOW
    recent = Signature.objects.filter(signed_at__gte=since)
    busy = recent.values("petition_id").annotate(whole=Count("pk")).filter(whole__gte=AT_LEAST)
    return sum(
        _look(row["petition_id"], what, whole=row["whole"])
        for row in busy.order_by()
        for what in DomainRule.What
    )


def _look(petition_id: int, what: DomainRule.What, *, whole: int) -> int:
    least = max(AT_LEAST, whole * SHARE[what] / 100)
    groups = (
        Signature.objects.filter(petition_id=petition_id, signed_at__gte=timezone.now() - WINDOW)
        .exclude(**{what.value: ""})
        .exclude(domain__in=COMMON if what == DomainRule.What.DOMAIN else [])
        .values(what.value)
        .annotate(count=Count("pk"), first=Min("signed_at"), last=Max("signed_at"))
        .filter(count__gte=least)
        .order_by("-count")[:5]
    )
    return sum(_raise(petition_id, what, row[what.value], row=row, whole=whole) for row in groups)


def _raise(
    petition_id: int, what: DomainRule.What, value: str, *, row: dict[str, Any], whole: int
) -> bool:
    same = Alert.objects.filter(petition_id=petition_id, what=what, value=value)
    facts = {"count": row["count"], "whole": whole, "last_at": row["last"]}
    if same.filter(seen_at=None).update(**facts):
        return False
    if same.filter(seen_at__gte=timezone.now() - WINDOW).exists():
        return False  # somebody has just looked at it
    try:
        with transaction.atomic():
            Alert.objects.create(
                petition_id=petition_id, what=what, value=value, first_at=row["first"], **facts
            )
            campaign = Petition.objects.values_list("campaign_id", flat=True).get(pk=petition_id)
            live.announce("signatures", campaign=campaign)
    except IntegrityError:
        return False
    log.warning(
        "petition %s: %s of %s signatures of the last %d minutes come from one %s",
        petition_id, row["count"], whole, WINDOW.total_seconds() // 60, what.label.lower(),
    )  # fmt: skip
    return True
