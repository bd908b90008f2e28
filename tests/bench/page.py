"""The public page from its shelf: readers a second."""

from typing import Any

from tests.bench.petition import beside_bare, get, petition, result

GOAL = 1_500
GOAL_P95 = 0.100


def run() -> dict[str, Any]:
    slug = petition().slug
    read = get(f"/p/{slug}/?lang=en")
    with beside_bare(first=lambda _: read) as pair:
        value, baseline = pair.run(lambda _: read)
    whole = value.statuses[200] == len(value.times)
    return result(
        value,
        baseline,
        goal=f"≥ {GOAL:,}/s, p95 ≤ {GOAL_P95 * 1000:.0f} ms",
        ok=value.rate >= GOAL and value.p95 <= GOAL_P95 and whole,
    )
