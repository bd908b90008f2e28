"""The tracked link: visitors a second, each counted."""

from typing import Any

from django.db.models import Sum

from petitions.actions import links
from petitions.actions.links import LinkSubject
from petitions.models import ClickCount, TrackedLink
from tests.bench import load
from tests.bench.petition import SECONDS, bare_load, get, petition, result, serving

GOAL = 500


def run() -> dict[str, Any]:
    made = [links.create(petition(), subject=LinkSubject()) for _ in range(40)]
    baseline = bare_load(seconds=min(SECONDS, 5))
    with serving("campaign.asgi:application") as port:
        # Every thread has its connection.
        load.run(port, lambda n: get(f"/s/{made[n % 40].slug}", number=10**7 + n), seconds=3)
        before = _people(made)
        value = load.run(port, lambda n: get(f"/s/{made[n % 40].slug}", number=n), seconds=SECONDS)
    counted = _people(made) - before
    kept = counted == value.statuses[302] == len(value.times)
    return result(
        value,
        baseline,
        goal=f"≥ {GOAL}/s, every one counted",
        ok=value.rate >= GOAL and kept,
        more=f", {counted:,} counted of {len(value.times):,}",
    )


def _people(made: list[TrackedLink]) -> int:
    found = ClickCount.objects.filter(link__in=made).aggregate(all=Sum("people"))
    return int(found["all"] or 0)
