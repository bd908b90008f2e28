"""The petition's numbers, always counted anew from the signatures, by one job at a time."""

from django.db import connection, transaction
from redis import RedisError

from campaign import live
from petitions import limits
from petitions.actions.clicks import TOUCHED
from petitions.models import CountSnapshot, Petition

COUNT_LOCK = 7_201_740

# An index-only scan; one statement, so that the three numbers belong to one moment.
_COUNT = """
INSERT INTO petitions_countsnapshot (petition_id, confirmed, pending, removed, counted_at)
SELECT petition.id,
       count(*) FILTER (WHERE signature.state = 'confirmed'),
       count(*) FILTER (WHERE signature.state = 'pending'),
       count(*) FILTER (WHERE signature.state IN ('fraudulent', 'invalidated')),
       now()
FROM petitions_petition AS petition
LEFT JOIN petitions_signature AS signature ON signature.petition_id = petition.id
GROUP BY petition.id
ON CONFLICT (petition_id) DO UPDATE SET
    confirmed = EXCLUDED.confirmed,
    pending = EXCLUDED.pending,
    removed = EXCLUDED.removed,
    counted_at = EXCLUDED.counted_at
"""


def count_all() -> set[int]:
    """Count every petition; announce `counts` to the campaigns whose numbers moved.

    Returns those campaigns. When another process is counting, does nothing.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [COUNT_LOCK])
            (mine,) = cursor.fetchone() or (False,)
            if not mine:
                return set()
            before = _numbers()
            cursor.execute(_COUNT)
            after = _numbers()
        moved = {petition for petition, numbers in after.items() if before.get(petition) != numbers}
        campaigns = (
            set(Petition.objects.filter(pk__in=moved).values_list("campaign_id", flat=True))
            | _clicked()
        )
        for campaign in campaigns:
            live.announce("counts", campaign=campaign)
    return campaigns


def _numbers() -> dict[int, tuple[int, int, int]]:
    rows = CountSnapshot.objects.values_list("petition_id", "confirmed", "pending", "removed")
    return {
        petition: (confirmed, pending, removed) for petition, confirmed, pending, removed in rows
    }


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
