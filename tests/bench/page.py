"""The public page from its shelf: readers a second."""

from typing import Any

from tests.bench import load
from tests.bench.petition import SECONDS, bare_load, get, petition, result, serving

GOAL = 1_500
GOAL_P95 = 0.100


def run() -> dict[str, Any]:
    slug = petition().slug
    baseline = bare_load(seconds=min(SECONDS, 5))
    with serving("campaign.asgi:application") as port:
        load.run(port, lambda _: get(f"/p/{slug}/?lang=en"), seconds=1)
        value = load.run(port, lambda _: get(f"/p/{slug}/?lang=en"), seconds=SECONDS)
    whole = value.statuses[200] == len(value.times)
    return result(
        value,
        baseline,
        goal=f"≥ {GOAL:,}/s, p95 ≤ {GOAL_P95 * 1000:.0f} ms",
        ok=value.rate >= GOAL and value.p95 <= GOAL_P95 and whole,
    )
