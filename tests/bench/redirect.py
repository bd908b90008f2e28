"""The tracked link: visitors a second, each counted."""

from typing import Any

from django.db.models import Sum

from petitions.actions import links
from petitions.actions.links import LinkSubject
from petitions.models import ClickCount, TrackedLink
from tests.bench.petition import beside_bare, get, petition, result

GOAL = 500


def run() -> dict[str, Any]:
    made = [links.create(petition(), subject=LinkSubject()) for _ in range(40)]

    def follow(number: int) -> bytes:
        return get(f"/s/{made[number % 40].slug}", number=number)

    with beside_bare(first=follow) as pair:
        before = _people(made)
        value, baseline = pair.run(follow)
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
