"""What X's answers mean: which are refusals and of what kind, which say "later", which say nothing.

Sources: X's error pages (problem JSON, `errors` lists) and the limits' headers. Only the status and
X's own words decide; the order of the words below matters, the first match wins.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from campaign.networks.base import (
    Facts,
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    RateWindow,
    Refusal,
    Rejected,
)
from campaign.networks.transport import RawAnswer

EXCERPT = 2_000
KEPT_HEADERS = (
    "content-type",
    "date",
    "retry-after",
    "x-app-limit-24hour-limit",
    "x-app-limit-24hour-remaining",
    "x-app-limit-24hour-reset",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "x-transaction-id",
    "x-user-limit-24hour-limit",
    "x-user-limit-24hour-remaining",
    "x-user-limit-24hour-reset",
)
WAIT_UNTOLD = timedelta(seconds=60)

BY_STATUS = {
    401: Refusal.REVOKED,
    402: Refusal.CREDITS,
    404: Refusal.GONE,
    410: Refusal.GONE,
    413: Refusal.TOO_LARGE,
}
BY_WORDS = (
    ("duplicate content", Refusal.DUPLICATE),
    ("status is a duplicate", Refusal.DUPLICATE),
    ("not been mentioned or otherwise engaged", Refusal.NOT_SUMMONED),
    ("deleted or not visible", Refusal.GONE),
    ("no longer available", Refusal.GONE),
    ("does not exist", Refusal.GONE),
    ("could not find tweet", Refusal.GONE),
    ("could not find post", Refusal.GONE),
    ("user has been suspended", Refusal.GONE),  # the author of the post, not we
    ("account is suspended", Refusal.SUSPENDED),
    ("account has been suspended", Refusal.SUSPENDED),
    ("temporarily locked", Refusal.SUSPENDED),
    ("blocked", Refusal.BLOCKED),
    ("not authorized to see", Refusal.BLOCKED),
    ("media ids are invalid", Refusal.MEDIA_INVALID),
    ("media id", Refusal.MEDIA_INVALID),
    ("a bit shorter", Refusal.TOO_LONG),
    ("too long", Refusal.TOO_LONG),
    ("creditsdepleted", Refusal.CREDITS),
    ("reply to this conversation is not allowed", Refusal.NOT_SUMMONED),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A 2xx answer of X, read."""

    body: Mapping[str, Any]
    facts: Facts
    window: RateWindow | None

    @property
    def data(self) -> Any:
        return self.body.get("data")

    @property
    def errors(self) -> list[Mapping[str, Any]]:
        return _problems(self.body.get("errors"))


def read(raw: RawAnswer, *, method: str, path: str, secrets: Iterable[str]) -> Answer:
    """The answer, or the error that it is."""
    facts = _facts(raw, method=method, path=path, secrets=secrets)
    if not 200 <= raw.status < 300:
        raise _error(raw, facts=facts)
    if not raw.body.strip():
        return Answer({}, facts, _window(raw.headers))
    try:
        body = json.loads(raw.body)
    except (ValueError, RecursionError):
        raise OutcomeUnknown("X's answer cannot be read", facts=facts) from None
    if not isinstance(body, dict):
        raise OutcomeUnknown("X's answer is not what was agreed", facts=facts)
    return Answer(body, facts, _window(raw.headers))


def rejected(problem: Mapping[str, Any], *, facts: Facts) -> Rejected:
    """The refusal that an entry of `errors` in a 200 answer stands for."""
    words = _words(problem)
    return Rejected(_kind(403, words), words or "X gave no reason", facts=facts)


def redact(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        if secret:
            text = text.replace(secret, "[secret]")
    return text


def _facts(raw: RawAnswer, *, method: str, path: str, secrets: Iterable[str]) -> Facts:
    headers = {key.lower(): value for key, value in raw.headers.items()}
    excerpt = raw.body[: 4 * EXCERPT].decode("utf-8", "replace").replace("\x00", "")
    return Facts(
        method=method,
        path=path,
        status=raw.status,
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        body=redact(excerpt, secrets)[:EXCERPT],
    )


def _error(raw: RawAnswer, *, facts: Facts) -> NetworkError:
    problem = _first_problem(raw.body)
    words = _words(problem)
    if raw.status == 429 or problem.get("code") == 88:
        return RateLimited(retry_at(raw.headers, now=datetime.now(UTC)), facts=facts)
    if raw.status < 400 or raw.status >= 500 or raw.status == 408:
        return OutcomeUnknown(f"X answered {raw.status}", facts=facts)
    return Rejected(
        _kind(raw.status, words), words or f"X answered {raw.status} without a word", facts=facts
    )


def _kind(status: int, words: str) -> Refusal:
    lower = words.lower()
    by_words = next((kind for needle, kind in BY_WORDS if needle in lower), None)
    return BY_STATUS.get(status) or by_words or Refusal.REFUSED


def _first_problem(body: bytes) -> Mapping[str, Any]:
    """X's own description: the first of `errors`, completed by the problem around it."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(answer, dict):
        return {}
    listed = _problems(answer.get("errors"))
    return {**(listed[0] if listed else {}), **answer}


def _problems(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _words(problem: Mapping[str, Any]) -> str:
    inner = " ".join(
        str(one["message"]) for one in _problems(problem.get("errors")) if one.get("message")
    )
    parts = [problem.get("title"), problem.get("detail"), problem.get("message"), inner]
    unique = dict.fromkeys(str(part).strip() for part in parts if part)
    return ": ".join(unique)[:500]


def retry_at(headers: Mapping[str, str], *, now: datetime) -> datetime:
    """When the window that is shut opens: the latest of those with nothing left.

    Without a usable header, a minute from now. Never in the past, at most a day ahead.
    """
    resets = [
        _epoch(headers.get(f"{name}-reset"))
        for name in ("x-user-limit-24hour", "x-app-limit-24hour")
        if headers.get(f"{name}-remaining") == "0"
    ]
    resets.append(_epoch(headers.get("x-rate-limit-reset")))
    after = headers.get("retry-after", "")
    if after.isdecimal() and len(after) < 7:
        resets.append(now + timedelta(seconds=int(after)))
    known = [reset for reset in resets if reset]
    latest = max(known) if known else now + WAIT_UNTOLD
    return min(max(latest, now + timedelta(seconds=1)), now + timedelta(days=1))


def _window(headers: Mapping[str, str]) -> RateWindow | None:
    limit = headers.get("x-rate-limit-limit", "")
    remaining = headers.get("x-rate-limit-remaining", "")
    resets_at = _epoch(headers.get("x-rate-limit-reset"))
    if not (limit.isdecimal() and remaining.isdecimal() and resets_at):
        return None
    return RateWindow(int(limit), int(remaining), resets_at)


def _epoch(value: str | None) -> datetime | None:
    if not value or not value.isdecimal() or len(value) > 11:
        return None
    return datetime.fromtimestamp(int(value), UTC)
