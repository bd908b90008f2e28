"""Signatures a second, by the real form, against a bare Django view that does one INSERT.

None may be lost: as many rows as answers, as many in the count as rows, no drift in a recount.
"""

from typing import Any
from urllib.parse import quote

from petitions import tokens
from petitions.actions import counting
from petitions.models import CountSnapshot, Signature
from tests.bench.petition import beside_bare, petition, post, result

GOAL = 300
GOAL_P95 = 0.150
GOAL_RATIO = 0.5


def run() -> dict[str, Any]:
    signed = petition()
    counting.count_all()
    token = quote(tokens.for_form(signed.slug))

    def form(number: int) -> bytes:
        country = ("GB", "KE", "LB", "FR")[number % 4]
        email = f"t{number}%40mail{number % 97}.example"
        body = f"token={token}&name=Tess+Morland&email={email}&country={country}"
        return post(f"/p/{signed.slug}/?lang=en", body, number=number)

    with beside_bare(first=form) as pair:
        before = Signature.objects.filter(petition=signed).count()
        value, baseline = pair.run(form)
    counting.count_all()
    rows = Signature.objects.filter(petition=signed).count() - before
    count = CountSnapshot.objects.get(petition=signed)
    whole = count.confirmed + count.pending + count.removed - before
    drift = sum(one.drift for one in counting.recount_all())
    kept = value.statuses[303] == len(value.times) == rows == whole and drift == 0
    return result(
        value,
        baseline,
        goal=f"≥ {GOAL}/s, p95 ≤ {GOAL_P95 * 1000:.0f} ms, ratio ≥ {GOAL_RATIO}, none lost",
        ok=value.rate >= GOAL
        and value.p95 <= GOAL_P95
        and value.rate >= GOAL_RATIO * baseline.rate
        and kept,
        more=f", {rows:,} rows, {'none lost' if kept else f'LOST: {dict(value.statuses)}'}",
    )
