"""The petition's numbers. One job keeps them; the public only reads what it left.

Whoever changes a signature writes by how much the counts move (`petitions.actions.tally`), in the
same transaction. The job eats what has been committed since it last came. Its window is therefore
exactly what others can see: it lags by its own pace, and a transaction that commits late is counted
late, never lost, which a window of the clock's time cannot promise. Every night all is counted
anew from the signatures, and no difference may be found.
"""

import logging
from dataclasses import dataclass

from django.db import connection, transaction
from redis import RedisError

from campaign import live
from petitions import limits
from petitions.actions.clicks import TOUCHED
from petitions.models import CountSnapshot, Petition

log = logging.getLogger(__name__)

COUNT_LOCK = 7_201_740

_EAT = """
WITH eaten AS (
    DELETE FROM petitions_countchange
    WHERE petition_id IN (SELECT id FROM petitions_petition WHERE NOT counting_paused)
    RETURNING petition_id, country, language, link_id, confirmed, pending, removed
), summed AS MATERIALIZED (
    SELECT petition_id, country, language, link_id,
           sum(confirmed)::int AS confirmed, sum(pending)::int AS pending,
           sum(removed)::int AS removed
    FROM eaten GROUP BY petition_id, country, language, link_id
), sliced AS (
    INSERT INTO petitions_countslice AS had (petition_id, by, key, confirmed, pending, removed)
    SELECT petition_id, slice.by, slice.key, sum(confirmed), sum(pending), sum(removed)
    FROM summed CROSS JOIN LATERAL (VALUES
        ('country', country), ('language', language), ('link', coalesce(link_id::text, ''))
    ) AS slice (by, key)
    GROUP BY petition_id, slice.by, slice.key
    ON CONFLICT (petition_id, by, key) DO UPDATE SET
        confirmed = had.confirmed + EXCLUDED.confirmed,
        pending = had.pending + EXCLUDED.pending,
        removed = had.removed + EXCLUDED.removed
), whole AS (
    SELECT petition_id, sum(confirmed) AS confirmed, sum(pending) AS pending,
           sum(removed) AS removed
    FROM summed GROUP BY petition_id
)
UPDATE petitions_countsnapshot AS had SET
    confirmed = greatest(0, had.confirmed + coalesce(whole.confirmed, 0)),
    pending = greatest(0, had.pending + coalesce(whole.pending, 0)),
    removed = greatest(0, had.removed + coalesce(whole.removed, 0)),
    counted_at = now()
FROM petitions_petition AS petition LEFT JOIN whole ON whole.petition_id = petition.id
WHERE petition.id = had.petition_id AND NOT petition.counting_paused
RETURNING had.petition_id,
    coalesce(whole.confirmed, 0) <> 0 OR coalesce(whole.pending, 0) <> 0
        OR coalesce(whole.removed, 0) <> 0
"""

# One statement, so that the signatures and the changes that are dropped belong to one moment.
_RECOUNT = """
WITH eaten AS (
    DELETE FROM petitions_countchange WHERE petition_id = %(petition)s
    RETURNING confirmed, pending, removed
), late AS (
    SELECT coalesce(sum(confirmed), 0) AS confirmed, coalesce(sum(pending), 0) AS pending,
           coalesce(sum(removed), 0) AS removed
    FROM eaten
), counted AS MATERIALIZED (
    SELECT country, language, link_id,
           count(*) FILTER (WHERE state = 'confirmed') AS confirmed,
           count(*) FILTER (WHERE state = 'pending') AS pending,
           count(*) FILTER (WHERE state IN ('fraudulent', 'invalidated')) AS removed
    FROM petitions_signature WHERE petition_id = %(petition)s
    GROUP BY country, language, link_id
), sliced AS (
    INSERT INTO petitions_countslice (petition_id, by, key, confirmed, pending, removed)
    SELECT %(petition)s, slice.by, slice.key, sum(confirmed), sum(pending), sum(removed)
    FROM counted CROSS JOIN LATERAL (VALUES
        ('country', country), ('language', language), ('link', coalesce(link_id::text, ''))
    ) AS slice (by, key)
    GROUP BY slice.by, slice.key
    ON CONFLICT (petition_id, by, key) DO UPDATE SET
        confirmed = EXCLUDED.confirmed, pending = EXCLUDED.pending, removed = EXCLUDED.removed
    RETURNING by, key
), gone AS (
    UPDATE petitions_countslice AS old SET confirmed = 0, pending = 0, removed = 0
    WHERE petition_id = %(petition)s AND NOT EXISTS (
        SELECT FROM counted CROSS JOIN LATERAL (VALUES
            ('country', country), ('language', language), ('link', coalesce(link_id::text, ''))
        ) AS slice (by, key)
        WHERE slice.by = old.by AND slice.key = old.key
    )
), whole AS (
    SELECT coalesce(sum(confirmed), 0) AS confirmed, coalesce(sum(pending), 0) AS pending,
           coalesce(sum(removed), 0) AS removed
    FROM counted
), before AS (
    SELECT had.confirmed + late.confirmed AS confirmed, had.pending + late.pending AS pending,
           had.removed + late.removed AS removed
    FROM petitions_countsnapshot AS had, late WHERE had.petition_id = %(petition)s
), kept AS (
    INSERT INTO petitions_countsnapshot
        (petition_id, confirmed, pending, removed, outside, unverified, counted_at)
    SELECT %(petition)s, confirmed, pending, removed, 0, 0, now() FROM whole
    ON CONFLICT (petition_id) DO UPDATE SET
        confirmed = EXCLUDED.confirmed, pending = EXCLUDED.pending, removed = EXCLUDED.removed,
        counted_at = EXCLUDED.counted_at
)
SELECT coalesce(abs(whole.confirmed - before.confirmed) + abs(whole.pending - before.pending)
        + abs(whole.removed - before.removed), 0)
FROM whole LEFT JOIN before ON true
"""


@dataclass(frozen=True, slots=True)
class Recount:
    """`drift` is how far the running numbers were off, all three together; 0 is as it must be."""

    petition_id: int
    drift: int


def count_all() -> set[int]:
    """Take in what changed; announce `counts` to the campaigns whose numbers or clicks moved.

    Returns those campaigns. When another process is counting, does nothing. A petition that has
    no numbers yet is counted whole.
    """
    with transaction.atomic():
        if not _lock():
            return set()
        moved = set()
        for petition in Petition.objects.filter(count=None, counting_paused=False):
            _recount(petition.pk)
            moved.add(petition.pk)
        with connection.cursor() as cursor:
            cursor.execute(_EAT)
            moved |= {petition_id for petition_id, has_moved in cursor.fetchall() if has_moved}
        campaigns = _campaigns(moved) | _clicked()
        for campaign in campaigns:
            live.announce("counts", campaign=campaign)
    return campaigns


def recount_all() -> list[Recount]:
    """For the night: count every petition from its signatures, and say where that differs."""
    with transaction.atomic():
        if not _lock():
            return []
        known = set(CountSnapshot.objects.values_list("petition_id", flat=True))
        recounts = [
            Recount(petition.pk, _recount(petition.pk))
            for petition in Petition.objects.filter(counting_paused=False)
        ]
    for one in recounts:
        if one.drift and one.petition_id in known:
            log.error(
                "the counts of petition %s were off by %s; they are right again",
                one.petition_id, one.drift,
            )  # fmt: skip
    return recounts


def _recount(petition_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, {"petition": petition_id})
        (drift,) = cursor.fetchone() or (0,)
    return int(drift)


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [COUNT_LOCK])
        (mine,) = cursor.fetchone() or (False,)
    return bool(mine)


def _campaigns(petitions: set[int]) -> set[int]:
    found = Petition.objects.filter(pk__in=petitions) if petitions else Petition.objects.none()
    return set(found.values_list("campaign_id", flat=True))


def _clicked() -> set[int]:
    """Campaigns whose links were clicked since the last time."""
    try:
        pipe = limits.redis().pipeline()
        pipe.smembers(TOUCHED)
        pipe.delete(TOUCHED)
        members, _ = pipe.execute()
    except RedisError:
        return set()
    return {int(one) for one in members}
