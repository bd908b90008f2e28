"""Fifty editors who claim at once, until 10,000 tweets are claimed: none twice.

They take what is first in the queue, so that they meet. First as fast as they can, which is for the
doubles; then each a tweet in `PACE` seconds, which is far quicker than anybody reads, for the time
that one claim takes. The baseline does the least that any queue in PostgreSQL does: `SELECT … FOR
UPDATE SKIP LOCKED LIMIT 1` and an update, at the same pace over the same rows.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction

from campaign.models import Account, AuditEntry, Campaign, User
from responders import queue
from responders.actions import desk
from responders.models import Reply
from tests.bench.desk import editor, fill
from tests.bench.figures import p50, p95, settle
from tests.factories import PetitionFactory, ReplyTemplateFactory, UserFactory

EDITORS = 50
CLAIMS = 10_000
PACED = 600
PACE = 2.0
GOAL = 0.025

BARE = """
UPDATE campaign_mention SET status = 'claimed', claimed_by_id = %(by)s, claimed_at = now(),
    claimed_until = now() + interval '5 minutes'
WHERE id = (
    SELECT id FROM campaign_mention
    WHERE campaign_id = %(campaign)s AND status IN ('waiting', 'claimed') AND status = 'waiting'
        AND doubt = '' AND replyable
    ORDER BY queue_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def run() -> dict[str, Any]:
    campaign = Campaign.objects.create(slug="bench-claims", name="Bench", hashtag="IWelcome")
    account = Account.objects.create(
        campaign=campaign, external_id="bench-claims", handle="iwelcome_now"
    )
    PetitionFactory(campaign=campaign, slug="bench-claims")
    for language in ("en", "fr"):
        ReplyTemplateFactory(campaign=campaign, language=language)
    people: list[User] = [editor(campaign), *(UserFactory() for _ in range(EDITORS - 1))]
    fill(campaign, account, count=6 * CLAIMS, waiting=6 * CLAIMS)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE campaign_mention")
    lane = queue.mentions(campaign, queue.Filters())

    def claim(number: int) -> int | None:
        found = desk.claim_next(lane.waiting(), by=people[number])
        return found.pk if found else None

    def bare(number: int) -> int | None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BARE, {"by": people[number].pk, "campaign": campaign.pk})
            row = cursor.fetchone()
        return row[0] if row else None

    settle()
    won, _ = _all_at_once(claim, count=CLAIMS)
    doubles = sum(count - 1 for count in Counter(won).values() if count > 1)
    claimed = AuditEntry.objects.filter(campaign=campaign, verb="claimed").count()
    drafts = Reply.objects.filter(mention__campaign=campaign).count()
    _, times = _all_at_once(claim, count=PACED, pace=PACE)
    _, plain = _all_at_once(bare, count=PACED, pace=PACE)
    value, baseline = p95(times), p95(plain)
    whole = len(won) == claimed == drafts == CLAIMS
    return {
        "value": round(value * 1000, 1),
        "unit": f"ms p95 (median {p50(times) * 1000:.1f}), {doubles} doubles of {len(won):,}",
        "baseline": f"{baseline * 1000:.1f} ms",
        "ratio": round(value / baseline, 1),
        "goal": f"≤ {GOAL * 1000:.0f} ms and 0 doubles, {EDITORS} at once",
        "ok": value <= GOAL and not doubles and whole,
    }


def _all_at_once(
    claim: Callable[[int], int | None], *, count: int, pace: float = 0.0
) -> tuple[list[int], list[float]]:
    """What was won, and how long each claim took, in seconds. Each editor claims once in PACE."""
    won: list[int] = []
    times: list[float] = []
    left = iter(range(count))
    turn = threading.Lock()

    def work(number: int) -> None:
        due = time.perf_counter() + pace * number / EDITORS
        while True:
            time.sleep(max(0.0, due - time.perf_counter()))
            due += pace
            with turn:
                if next(left, None) is None:
                    break
            began = time.perf_counter()
            found = claim(number)
            times.append(time.perf_counter() - began)
            if found is not None:
                won.append(found)
        connections.close_all()

    threads = [threading.Thread(target=work, args=[number]) for number in range(EDITORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won, times
