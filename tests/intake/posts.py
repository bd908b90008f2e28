"""Posts and lines for the intake's tests."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign.networks.base import Author, IncomingPost

NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


def incoming(number: int, text: str = "Hello @iwelcome", **facts: Any) -> IncomingPost:
    """Somebody's post; each number another person unless `author` says who."""
    author = facts.pop("author", Author(id=str(50_000 + number), handle=f"reader_{number}"))
    given: dict[str, Any] = {"lang": "en", "posted_at": NOON + timedelta(seconds=number)} | facts
    return IncomingPost(
        id=str(1_900_000_000_000_000_000 + number),
        author=author,
        text=text,
        raw={"data": {"id": str(number)}},
        **given,
    )


def line(number: int, text: str = "Hello @iwelcome", *, handle: str = "", **data: Any) -> bytes:
    author_id = str(50_000 + number)
    payload = {
        "data": {
            "id": str(1_900_000_000_000_000_000 + number),
            "text": text,
            "author_id": author_id,
            "lang": "en",
            **data,
        },
        "includes": {"users": [{"id": author_id, "username": handle or f"reader_{number}"}]},
    }
    return json.dumps(payload, ensure_ascii=False).encode() + b"\n"
