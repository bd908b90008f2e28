"""The count job with two million signatures: what a hundred seconds of a busy day cost.

Two million in a day are 23 a second, each signed and confirmed. The baseline is counting them anew.
"""

import time
from typing import Any

from django.db import connection

from petitions.actions import counting
from petitions.models import CountSnapshot
from tests.bench.figures import p50
from tests.bench.petition import petition

SIGNATURES = 2_000_000
CHANGES = 2 * 2_315
GOAL = 0.010

FILL = """
INSERT INTO petitions_signature (
    petition_id, email_hmac, email, name, country, postcode, domain, network, language, state,
    suspicion, state_before, news_consent, news_wording, signed_at, confirmed_at, reminders,
    mails_sent, mail_due
)
SELECT %(petition)s, 'bench-' || n, '', '', (ARRAY['GB', 'KE', 'LB', 'FR', 'DE'])[1 + n %% 5], '',
    '', '', (ARRAY['en', 'fr', 'ar', 'sw'])[1 + n %% 4], 'confirmed', '', '', false, '',
    date_trunc('hour', now()) + n * interval '1 microsecond', now(), 0, 1, false
FROM generate_series(1, %(count)s) AS n
"""
CHANGE = """
INSERT INTO petitions_countchange
    (petition_id, country, language, link_id, confirmed, pending, removed)
SELECT %(petition)s, (ARRAY['GB', 'KE', 'LB', 'FR', 'DE'])[1 + n %% 5],
    (ARRAY['en', 'fr', 'ar', 'sw'])[1 + n %% 4], n %% 60, n %% 2, 1 - 2 * (n %% 2), 0
FROM generate_series(1, %(count)s) AS n
"""


def run() -> dict[str, Any]:
    facts = {"petition": petition().pk, "count": SIGNATURES}
    with connection.cursor() as cursor:
        cursor.execute(FILL, facts)
        cursor.execute("VACUUM ANALYZE petitions_signature")
    began = time.perf_counter()
    counting.recount_all()
    whole = time.perf_counter() - began
    before = CountSnapshot.objects.get(petition_id=facts["petition"])
    times = []
    for _ in range(9):
        with connection.cursor() as cursor:
            cursor.execute(CHANGE, facts | {"count": CHANGES})
        began = time.perf_counter()
        counting.count_all()
        times.append(time.perf_counter() - began)
    after = CountSnapshot.objects.get(petition_id=facts["petition"])
    right = after.confirmed - before.confirmed == 9 * CHANGES // 2
    value = p50(times)
    return {
        "value": round(value * 1000, 1),
        "unit": f"ms (median) for {CHANGES:,} changes{'' if right else ', WRONG'}",
        "baseline": f"{whole * 1000:.0f} ms (counting anew)",
        "ratio": round(value / whole, 4),
        "goal": f"≤ {GOAL * 1000:.0f} ms with {SIGNATURES:,} signatures",
        "ok": value <= GOAL and right,
    }
