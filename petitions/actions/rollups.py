"""Keeps the sums that reports read: closed hours are counted once, and again when they changed.

A trigger marks an hour that changes after it was over, in the change's own transaction. A mark that
is seen here is deleted and its hour counted anew: the count sees whatever the mark speaks of.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from campaign.models import Campaign
from petitions import tallies
from petitions.models import RollUp

log = logging.getLogger(__name__)

ROLL_LOCK = 7_201_745
HOUR = timedelta(hours=1)
#: An hour is closed so long after its end: longer than any transaction that began within it.
SETTLED = timedelta(minutes=5)
#: What one call of the sweep may take before it leaves the rest to the next one, in seconds.
PATIENCE = 1.0
#: The recount goes on between these hours, the newsroom's own.
NIGHT = (2, 6)

_INSERT = {
    "petitions_hourcount": (tallies.HOUR_COLUMNS, tallies.HOURS),
    "petitions_linkday": (tallies.LINK_COLUMNS, tallies.LINKS),
    "petitions_factday": (tallies.DAY_COLUMNS, tallies.DAYS),
}
_WITHIN = {
    "petitions_hourcount": "hour >= %(start)s AND hour < %(end)s",
    "petitions_linkday": "day = %(day)s",
    "petitions_factday": "day = %(day)s",
}


def roll() -> None:
    """For the clock: count what has closed or changed since the last time."""
    began = time.monotonic()
    for campaign in Campaign.objects.all():
        while _roll_some(campaign) and time.monotonic() - began < PATIENCE:
            pass


def recount_nightly() -> None:
    """For the clock: at night, compare each day with its rows, a few days at a time."""
    began = time.monotonic()
    now = timezone.localtime()
    if not NIGHT[0] <= now.hour < NIGHT[1]:
        return
    last_night = now - timedelta(hours=NIGHT[1])
    for one in RollUp.objects.exclude(recounted_at__gt=last_night):
        while recount_day(one.campaign_id) and time.monotonic() - began < PATIENCE:
            pass


def recount(campaign: Campaign) -> int:
    """Compare all of it at once; how many rows were wrong. They are right now."""
    while recount_day(campaign.pk):
        pass
    return RollUp.objects.get(campaign=campaign).drift


def closed_now() -> datetime:
    """Hours before this are over, and so are the transactions that began within them."""
    return _hour(timezone.now() - SETTLED)


def _roll_some(campaign: Campaign) -> bool:
    """Count the stale hours and at most one more day; whether there is more to do."""
    until = closed_now()
    with _alone() as mine:
        if not mine:
            return False
        known = RollUp.objects.filter(campaign=campaign, version=tallies.VERSION).first()
        known = known or _begin(campaign, until=until)
        stale = {hour for hour in _take_marks(campaign) if hour < known.closed_until}
        reaches = min(until, _day_after(known.closed_until))
        fresh = known.closed_until < reaches
        days = {_day(hour) for hour in stale}
        for hour in stale:
            _count("petitions_hourcount", campaign.pk, start=hour, end=hour + HOUR)
        if fresh:
            days.add(_day(known.closed_until))
            _count("petitions_hourcount", campaign.pk, start=known.closed_until, end=reaches)
            known.closed_until = reaches
            known.save(update_fields=["closed_until"])
        for day in days:
            _count_day(campaign.pk, day, until=known.closed_until)
    return fresh and reaches < until


def _begin(campaign: Campaign, *, until: datetime) -> RollUp:
    """From the first hour, and again when an older version has left its sums."""
    facts = {
        "closed_until": _first_hour(campaign) or until,
        "version": tallies.VERSION,
        "recount_day": None,
    }
    return RollUp.objects.update_or_create(campaign=campaign, defaults=facts)[0]


def recount_day(campaign_id: int) -> bool:
    """Compare one day's sums with its rows and mend what differs; whether a day is left."""
    with _alone(snapshot=True) as mine:
        ours = RollUp.objects.filter(campaign=campaign_id, version=tallies.VERSION)
        known = ours.first() if mine else None
        if known is None:
            return False
        if known.recount_day is None:
            first = _first_hour(known.campaign)
            known.recount_day = _day(first) if first else _day(known.closed_until)
            known.drift = 0
        day = known.recount_day
        wrong = _differences(campaign_id, day, until=known.closed_until)
        if wrong:
            log.error("campaign %s: %s sums of %s had drifted", campaign_id, wrong, day)
            start, end = _bounds(day, until=known.closed_until)
            _count("petitions_hourcount", campaign_id, start=start, end=end)
            _count_day(campaign_id, day, until=known.closed_until)
        known.drift += wrong
        left = day < _day(known.closed_until)
        known.recount_day = day + timedelta(days=1) if left else None
        known.recounted_at = known.recounted_at if left else timezone.now()
        known.save(update_fields=["recount_day", "recounted_at", "drift"])
    return left


@contextmanager
def _alone(*, snapshot: bool = False) -> Iterator[bool]:
    """One transaction, and whether no other process is rolling up."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if snapshot and outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ROLL_LOCK])
        yield cursor.fetchone() == (True,)


def _first_hour(campaign: Campaign) -> datetime | None:
    """The hour of the first mention, click or signature; None when there is nothing."""
    found = tallies.rows(
        """SELECT least(
            (SELECT min(received_at) FROM campaign_mention WHERE campaign_id = %(campaign)s),
            (SELECT min(signed_at) FROM petitions_signature JOIN petitions_petition AS petition
                ON petition.id = petition_id WHERE campaign_id = %(campaign)s),
            (SELECT min(hour) FROM petitions_clickcount
                JOIN petitions_trackedlink AS link ON link.id = link_id
                JOIN petitions_petition AS petition ON petition.id = link.petition_id
                WHERE campaign_id = %(campaign)s))""",
        {"campaign": campaign.pk},
    )
    return _hour(found[0][0]) if found[0][0] else None


def _take_marks(campaign: Campaign) -> Iterable[datetime]:
    taken = tallies.rows(
        "DELETE FROM petitions_stalehour WHERE campaign_id = %(campaign)s RETURNING hour",
        {"campaign": campaign.pk},
    )
    return (hour for (hour,) in taken)


def _count_day(campaign_id: int, day: date, *, until: datetime) -> None:
    start, end = _bounds(day, until=until)
    for table in ("petitions_linkday", "petitions_factday"):
        _count(table, campaign_id, start=start, end=end, day=day)


def _count(
    table: str, campaign_id: int, *, start: datetime, end: datetime, day: date | None = None
) -> None:
    """Replace the sums between two times by a count of their rows."""
    columns, statement = _INSERT[table]
    facts = _facts(campaign_id, start=start, end=end, day=day)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE campaign_id = %(campaign)s AND {_WITHIN[table]}",
            facts,
        )
        cursor.execute(
            f"INSERT INTO {table} (campaign_id, {columns}) "
            f"SELECT %(campaign)s, {columns} FROM ({statement}) AS counted",
            facts,
        )


def _differences(campaign_id: int, day: date, *, until: datetime) -> int:
    """How many sums of that day are not what their rows add up to. Marked hours are not judged."""
    for campaign in Campaign.objects.filter(pk=campaign_id):
        for hour in set(_take_marks(campaign)):
            if hour < until:
                _count("petitions_hourcount", campaign_id, start=hour, end=hour + HOUR)
                _count_day(campaign_id, _day(hour), until=until)
    start, end = _bounds(day, until=until)
    facts = _facts(campaign_id, start=start, end=end, day=day)
    wrong = 0
    for table, (columns, statement) in _INSERT.items():
        kept = (
            f"SELECT {columns} FROM {table} WHERE campaign_id = %(campaign)s AND {_WITHIN[table]}"
        )
        ((number,),) = tallies.rows(
            f"""SELECT count(*) FROM (
                ({kept} EXCEPT ALL SELECT {columns} FROM ({statement}) AS counted)
                UNION ALL
                (SELECT {columns} FROM ({statement}) AS counted EXCEPT ALL {kept})
            ) AS differs""",
            facts,
        )
        wrong += number
    return wrong


def _facts(campaign_id: int, *, start: datetime, end: datetime, day: date | None) -> dict[str, Any]:
    return {
        "campaign": campaign_id,
        "start": start,
        "end": end,
        "day": day,
        "zone": settings.TIME_ZONE,
    }


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock_time.min))


def _day_after(at: datetime) -> datetime:
    return _midnight(_day(at) + timedelta(days=1))


def _bounds(day: date, *, until: datetime) -> tuple[datetime, datetime]:
    return _midnight(day), min(_midnight(day + timedelta(days=1)), until)
