"""One more step when many signatures come from one place: work for a browser, or a short wait.

The work is ALTCHA's: nobody is shown a picture, no other company is asked. Whoever has no scripts,
or no secure connection, waits twenty seconds and presses the button again. Each proof is good once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import altcha
from django.conf import settings
from django.core import signing

from petitions import limits

#: About a second on a phone of five years ago.
MOST_WORK = 50_000
GOOD_FOR = timedelta(minutes=20)
WAIT = timedelta(seconds=20)
_WAIT = signing.TimestampSigner(salt="petitions.wait")


@dataclass(frozen=True, slots=True)
class Step:
    """What the form carries: a challenge for scripts, a ticket for those who wait."""

    algorithm: str
    challenge: str
    salt: str
    signature: str
    most: int
    ticket: str
    seconds: int = int(WAIT.total_seconds())


def _key() -> str:
    return hashlib.sha256(f"petitions.proof:{settings.SECRET_KEY}".encode()).hexdigest()


def step() -> Step:
    options = altcha.ChallengeOptionsV1(
        hmac_key=_key(), max_number=MOST_WORK, expires=datetime.now(UTC) + GOOD_FOR
    )
    made = altcha.create_challenge_v1(options)
    return Step(
        algorithm=made.algorithm,
        challenge=made.challenge,
        salt=made.salt,
        signature=made.signature,
        most=MOST_WORK,
        ticket=_WAIT.sign(secrets.token_urlsafe(12)),
    )


def is_given(*, work: str, ticket: str) -> bool:
    """Whether the work was done, or the wait waited; neither twice."""
    return _is_worked(work) or _is_waited(ticket)


def _is_worked(work: str) -> bool:
    if not work or len(work) > 2_000:
        return False
    solved, _ = altcha.verify_solution_v1(work, _key(), check_expires=True)
    return bool(solved) and _is_new(work)


def _is_waited(ticket: str) -> bool:
    try:
        _WAIT.unsign(ticket, max_age=GOOD_FOR)
    except signing.BadSignature:
        return False
    try:
        _WAIT.unsign(ticket, max_age=WAIT - timedelta(seconds=1))
    except signing.SignatureExpired:
        return _is_new(ticket)
    return False


def _is_new(proof: str) -> bool:
    name = hashlib.sha256(proof.encode()).hexdigest()
    return limits.first_time(f"proof:{name}", seconds=int(GOOD_FOR.total_seconds()))
