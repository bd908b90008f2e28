"""Count a visit to a tracked link. Nothing here may stop the visitor, so nothing here raises."""

import logging
from functools import lru_cache

from django.db import Error as DatabaseError
from django.db import connection
from is_bot import Bots
from redis import RedisError

from petitions import limits
from petitions.models import TrackedLink

log = logging.getLogger(__name__)

#: Campaigns whose clicks changed since the counts were last announced.
TOUCHED = "petitions:touched"

# A visitor does not wait for the disk: after a crash of the database, clicks of its last half
# second may be missing.
_ADD = """
INSERT INTO petitions_clickcount AS had (link_id, hour, people, bots, repeats, shares)
SELECT %s, date_trunc('hour', now(), 'UTC'), %s, %s, %s, %s
FROM (SELECT set_config('synchronous_commit', 'off', true)) AS quick
ON CONFLICT (link_id, hour) DO UPDATE SET
    people = had.people + EXCLUDED.people,
    bots = had.bots + EXCLUDED.bots,
    repeats = had.repeats + EXCLUDED.repeats,
    shares = had.shares + EXCLUDED.shares
"""

_bots = Bots()


@lru_cache(maxsize=4_096)
def is_bot(user_agent: str) -> bool:
    """Whether a program says of itself that it is one: crawlers, previews, scripts."""
    return bool(_bots.is_bot(user_agent))


def count(link: TrackedLink, *, ip: str, user_agent: str) -> None:
    """Add one click: of a person, of a bot, or of a person who was here today already.

    A request without a user agent is X's preview looking again; it is not counted at all.
    `link` comes with its petition.
    """
    if not user_agent:
        return
    if is_bot(user_agent[:512]):
        _add(link, bots=1)
    elif _is_first_today(link, ip=ip, user_agent=user_agent):
        _add(link, people=1)
    else:
        _add(link, repeats=1)


def count_share(link: TrackedLink, *, ip: str, user_agent: str) -> None:
    """A signer pressed the button that passes this link on; the same one counts once a day."""
    if not user_agent or is_bot(user_agent[:512]):
        return
    if _is_first_today(link, ip=ip, user_agent=f"share\n{user_agent}"):
        _add(link, shares=1)


def _is_first_today(link: TrackedLink, *, ip: str, user_agent: str) -> bool:
    """Without Redis everybody is new: a click counted twice is better than one lost."""
    try:
        who = limits.disguise(link.slug, ip, user_agent)
        pipe = limits.redis().pipeline(transaction=False)
        pipe.set(f"petitions:seen:{who}", 1, nx=True, ex=limits.DAY)
        pipe.sadd(TOUCHED, link.petition.campaign_id)
        first, _ = pipe.execute()
    except RedisError as error:
        log.warning("repeated clicks are not told apart: %s", error)
        return True
    return bool(first)


def _add(
    link: TrackedLink, *, people: int = 0, bots: int = 0, repeats: int = 0, shares: int = 0
) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [link.pk, people, bots, repeats, shares])
    except DatabaseError as error:
        log.warning("a click on %s was not counted: %s", link.slug, error)
