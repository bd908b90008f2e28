"""Ten million tweets, nine of them old: what they cost the desk, and what taking them out costs.

A million of the old ones (dismissed, filtered: nobody points at them) move to a table divided by
month, ten thousand at a time, with every foreign key checked. The value is one look at each of the
desk's pages before that, the baseline the same afterwards. Minutes and some 15 GB: runs only when
named.
"""

import time
from typing import Any

from django.db import connection
from django.test import Client

from campaign.models import Account, Campaign
from tests.bench import desk, library
from tests.bench.figures import p50

MENTIONS = 10_000_000
#: Of these, the newest, every fourth still waits: as in `desk`.
OPEN = 1_000_000
BATCH = 10_000
MOVED = 1_000_000
GOAL = 1.25

ARCHIVE = """
CREATE TABLE old_mention (LIKE campaign_mention INCLUDING DEFAULTS)
PARTITION BY RANGE (posted_at)
"""
MONTHS = """
SELECT date_trunc('month', day) FROM generate_series(
    (SELECT min(posted_at) FROM campaign_mention), now() + interval '1 month', interval '1 month'
) AS day
"""
MOVE = """
WITH old AS (
    SELECT id FROM campaign_mention
    WHERE id > %s AND status IN ('dismissed', 'filtered')
        AND posted_at < now() - interval '90 days'
    ORDER BY id LIMIT %s
), moved AS (
    DELETE FROM campaign_mention USING old WHERE campaign_mention.id = old.id
    RETURNING campaign_mention.*
), kept AS (
    INSERT INTO old_mention SELECT * FROM moved RETURNING id
)
SELECT max(id), count(*) FROM kept
"""
KEYS = """
SELECT count(*) FROM pg_constraint WHERE confrelid = 'campaign_mention'::regclass AND contype = 'f'
"""


def run() -> dict[str, Any]:
    """Seconds of whole requests, in this process, by Django's test client."""
    campaign = Campaign.objects.create(
        slug="bench-desk", name="Bench", hashtag="IWelcome", languages=["en", "fr", "ar", "sw"]
    )
    account = Account.objects.create(
        campaign=campaign, external_id="bench-old-tweets", handle="iwelcome_now"
    )
    began = time.perf_counter()
    desk.fill(campaign, account, count=MENTIONS, waiting=OPEN, seconds_apart=6)
    library.fill(campaign)
    _run("VACUUM ANALYZE")
    filled = time.perf_counter() - began
    client = Client()
    client.force_login(desk.editor(campaign))
    before, size = _pages(client), _gigabytes()
    rate, longest = _move()
    _run("VACUUM ANALYZE campaign_mention")
    after = _pages(client)
    whole, rest = sum(before.values()), sum(after.values())
    listed = ", ".join(
        f"{name} {before[name] * 1000:.0f}/{after[name] * 1000:.0f}" for name in before
    )
    return {
        "value": round(whole * 1000),
        "unit": f"ms for one of each page (medians before/after: {listed}); {size:.1f} GB; "
        f"filled in {filled:.0f} s; moved {rate:,.0f} a second, "
        f"{BATCH:,} in at most {longest:.1f} s; {_one(KEYS)} foreign keys point at a mention",
        "baseline": f"{rest * 1000:.0f} ms",
        "ratio": round(whole / rest, 2),
        "goal": f"≤ {GOAL} of what it takes without {MOVED:,} of them, {MENTIONS:,} mentions",
        "ok": whole / rest <= GOAL,
    }


def _pages(client: Client) -> dict[str, float]:
    return {name: p50(desk.times(client, address)) for name, address in desk.addresses().items()}


def _move() -> tuple[float, float]:
    """Rows a second, and the seconds of the longest batch."""
    _run(ARCHIVE)
    with connection.cursor() as cursor:
        cursor.execute(MONTHS)
        months = [month for (month,) in cursor.fetchall()]
        for first, last in zip(months, [*months[1:], None], strict=True):
            upto = f"'{last:%F}'" if last else "MAXVALUE"
            cursor.execute(
                f"CREATE TABLE old_mention_{first:%Y_%m} PARTITION OF old_mention "
                f"FOR VALUES FROM ('{first:%F}') TO ({upto})"
            )
    newest, moved, took = 0, 0, []
    while moved < MOVED:
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(MOVE, [newest, BATCH])
            newest, count = cursor.fetchone()
        took.append(time.perf_counter() - began)
        if not count:
            break
        moved += count
    return moved / sum(took), max(took)


def _gigabytes() -> float:
    return int(_one("SELECT pg_total_relation_size('campaign_mention')")) / 1e9


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _one(question: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()[0]
