"""The desk page with a million mentions in the table: server time and number of queries.

The baseline is the sign-in page in the same run: what a page costs that asks the
database for nothing but who is there.
"""

import time
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaign import roles
from campaign.models import Account, Campaign, User
from tests.bench.figures import p50, p95

MENTIONS = 1_000_000
VIEWS = 200
GOAL = 0.060
GOAL_QUERIES = 12

FILL = """
INSERT INTO campaign_mention (
    campaign_id, account_id, network, external_id, author_id, author_handle, author_name,
    author_avatar, author_followers, author_verified, author_bio, author_location, text, lang,
    posted_at, received_at, kind, conversation_id, in_reply_to, replyable, replyable_reason,
    sensitive, has_media, raw, priority, priority_parts, themes, status, reason
)
SELECT %(campaign)s, %(account)s, 'x', (1800000000000000000 + n)::text, (n %% 400000)::text,
    'voice_' || n %% 400000, 'A voice', '', n %% 9000, false, '', '',
    'Nobody should wait ten years in a tent, says voice ' || n || '. @iwelcome_now #IWelcome',
    (ARRAY['en', 'fr', 'ar', 'sw'])[1 + n %% 4],
    now() - n * interval '1 second', now() - n * interval '1 second', 'post', '', '',
    n %% 5 <> 0, 'mentioned', false, false, '{}', n %% 97, '{}', '{}',
    CASE WHEN n %% 4 = 0 THEN 'waiting' WHEN n %% 4 = 1 THEN 'answered' WHEN n %% 4 = 2
        THEN 'dismissed' ELSE 'filtered' END,
    CASE WHEN n %% 4 >= 2 THEN 'off_topic' ELSE '' END
FROM generate_series(1, %(count)s) AS n
"""


def run() -> dict[str, Any]:
    """Seconds of the whole request, in this process, by Django's test client."""
    campaign = Campaign.objects.create(slug="bench-desk", name="Bench", hashtag="IWelcome")
    account = Account.objects.create(campaign=campaign, external_id="72", handle="iwelcome_now")
    with connection.cursor() as cursor:
        facts = {"campaign": campaign.pk, "account": account.pk, "count": MENTIONS}
        cursor.execute(FILL, facts)
        cursor.execute("VACUUM ANALYZE campaign_mention")
    client = Client()
    client.force_login(_editor(campaign))
    times = _times(client, "/c/bench-desk/desk/")
    bare = _times(Client(), "/sign-in/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/c/bench-desk/desk/")
    value, baseline = p95(times), p95(bare)
    return {
        "value": round(value * 1000, 1),
        "unit": f"ms p95 (median {p50(times) * 1000:.1f}), {len(queries)} queries",
        "baseline": f"{baseline * 1000:.1f} ms",
        "ratio": round(value / baseline, 1),
        "goal": f"≤ {GOAL * 1000:.0f} ms and ≤ {GOAL_QUERIES} queries with {MENTIONS:,} mentions",
        "ok": value <= GOAL and len(queries) <= GOAL_QUERIES,
    }


def _editor(campaign: Campaign) -> User:
    maya = User.objects.create_user("bench-maya")
    maya.groups.add(Group.objects.get(name=roles.EDITOR))
    maya.campaigns.add(campaign)
    return maya


def _times(client: Client, address: str) -> list[float]:
    times = []
    for _ in range(VIEWS):
        began = time.perf_counter()
        answer = client.get(address)
        times.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
    return times
