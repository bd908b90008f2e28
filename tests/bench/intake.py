"""How fast mentions get in: a replay of 20,000 against a bare insert of the same rows.

Both run in this process against the same database, one after the other, three times; the best of
each counts, so that a neighbour's work does not decide.
"""

import io
import json
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from psycopg2.extras import Json, execute_values

from campaign.intake import replay
from campaign.models import Account, Campaign, Mention

MENTIONS = 20_000
ROUNDS = 3
GOAL_RATE = 3_000
GOAL_RATIO = 0.4

SAYINGS = (
    "nobody should wait ten years in a tent my neighbour was a teacher before the war what can "
    "one person really do for a family far away please tell me how to help them now"
)


def run() -> dict[str, Any]:
    """Mentions a second; the baseline is rows a second of the bare insert."""
    account = _account()
    lines = _lines(account.handle)
    replayed, inserted = 0.0, 0.0
    for _ in range(ROUNDS):
        _empty(account)
        replayed = max(replayed, _replay(lines, account=account))
        columns, rows = _rows(account)
        _empty(account)
        inserted = max(inserted, _insert(columns, rows))
    _empty(account)
    account.delete()
    account.campaign.delete()
    ratio = replayed / inserted
    return {
        "value": round(replayed),
        "unit": "mentions/s",
        "baseline": round(inserted),
        "ratio": round(ratio, 3),
        "goal": f"≥ {GOAL_RATE} a second and ≥ {GOAL_RATIO} of a bare insert",
        "ok": replayed >= GOAL_RATE and ratio >= GOAL_RATIO,
    }


def _account() -> Account:
    campaign = Campaign.objects.create(slug="bench-intake", name="Bench", hashtag="IWelcome")
    return Account.objects.create(campaign=campaign, external_id="71", handle="iwelcome_bench")


def _lines(handle: str) -> bytes:
    chance = random.Random(7)
    began = datetime(2026, 11, 1, tzinfo=UTC)
    words = SAYINGS.split()
    lines = []
    for number in range(MENTIONS):
        author_id = str(90_000_000 + number)
        text = " ".join(chance.choices(words, k=chance.randint(8, 30)))
        posted_at = began + timedelta(seconds=number)
        payload = {
            "data": {
                "id": str(1_980_000_000_000_000_000 + number * 4_194_304),
                "text": f"{text} @{handle} #IWelcome",
                "author_id": author_id,
                "created_at": posted_at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "lang": chance.choice(["en", "en", "en", "fr", "ar"]),
                "conversation_id": str(1_980_000_000_000_000_000 + number),
                "entities": {
                    "mentions": [{"start": 0, "end": 9, "username": handle, "id": "71"}],
                    "hashtags": [{"start": 10, "end": 19, "tag": "IWelcome"}],
                },
                "public_metrics": {"retweet_count": 0, "reply_count": 1, "like_count": 4},
                "edit_history_tweet_ids": [str(number)],
            },
            "includes": {
                "users": [
                    {
                        "id": author_id,
                        "username": f"reader_{number}",
                        "name": f"Reader {number}",
                        "profile_image_url": f"https://pictures.example/{number}.jpg",
                        "verified": False,
                        "created_at": "2014-03-02T10:00:00.000Z",
                        "description": "Teacher, gardener, neighbour.",
                        "public_metrics": {"followers_count": chance.randint(0, 50_000)},
                    }
                ]
            },
            "matching_rules": [{"id": "1", "tag": "newsroom"}],
        }
        lines.append(json.dumps(payload, ensure_ascii=False))
    return "\n".join(lines).encode() + b"\n"


def _replay(lines: bytes, *, account: Account) -> float:
    began = time.perf_counter()
    tally = replay.replay(io.BytesIO(lines), account=account)
    seconds = time.perf_counter() - began
    if tally.new != MENTIONS:
        raise RuntimeError(f"the replay lost mentions: {tally}")
    return MENTIONS / seconds


def _rows(account: Account) -> tuple[list[str], list[tuple[Any, ...]]]:
    """What the replay wrote, ready to be inserted again without any work."""
    fields = [field for field in Mention._meta.concrete_fields if not field.primary_key]
    rows = Mention.objects.filter(account=account).order_by("id")
    names = [field.attname for field in fields]
    values = [
        tuple(Json(value) if isinstance(value, dict) else value for value in row)
        for row in rows.values_list(*names)
    ]
    return [field.column for field in fields], values


def _insert(columns: list[str], rows: list[tuple[Any, ...]]) -> float:
    quoted = ", ".join(f'"{column}"' for column in columns)
    table = Mention._meta.db_table
    statement = f'INSERT INTO "{table}" ({quoted}) VALUES %s'  # noqa: S608 - our own names
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for start in range(0, len(rows), 500):
            execute_values(cursor.cursor, statement, rows[start : start + 500], page_size=500)
    return len(rows) / (time.perf_counter() - began)


def _empty(account: Account) -> None:
    mentions = Mention.objects.filter(account=account)
    mentions._raw_delete(mentions.db)
    with connection.cursor() as cursor:
        cursor.execute(f'VACUUM ANALYZE "{Mention._meta.db_table}"')
