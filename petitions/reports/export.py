"""Everything that reports know, as tables for spreadsheets. No personal data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from petitions import tallies
from petitions.reports import breakdown, funnel
from petitions.reports.breakdown import By, Row
from petitions.reports.page import Asked

#: Rows that are fetched at once.
BATCH = 2_000

Cell = str | int | float | None
Line = Sequence[Cell]

_HEAD: dict[By, list[str]] = {
    "clip": ["clip id", "clip", "storyteller", "place"],
    "storyteller": ["place", "storyteller"],
}
_NUMBERS = [
    "mentions",
    "replies",
    "views",
    "replies with views known",
    "clicks by people",
    "clicks by bots",
    "signatures confirmed",
    "signatures still to confirm",
    "passed on",
    "signed of clicks",
    "likely from",
    "likely to",
    "median seconds from tweet to reply",
    "cost in US dollars",
]
_TIME = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
_HOUR = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:00:00\"Z\"')"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to be written: its file's name, its head, and its rows as they come."""

    name: str
    head: Sequence[str]
    lines: Iterable[Line]


def sheet(wanted: Asked, *, what: str) -> Sheet:
    """`what` is "table" (the one on the page), "hours", "replies" or "signatures"."""
    made = {"hours": _hours, "replies": _replies, "signatures": _signatures}.get(what, _table)
    return made(wanted)


def _table(wanted: Asked) -> Sheet:
    rows = breakdown.read(wanted.scope, by=wanted.by)
    head = _HEAD.get(wanted.by, [breakdown.NAMES[wanted.by].lower()])
    lines = ([*_names(row), *_numbers(row)] for row in rows)
    return Sheet(name=f"by-{wanted.by}", head=[*head, *_NUMBERS], lines=lines)


def _names(row: Row) -> list[Cell]:
    width = len(_HEAD.get(row.by, [""]))
    if row.of_link and width > 1:
        return [str(part or "") for part in row.key]
    if row.by == "day":
        return [str(row.key[0])]
    names: list[Cell] = [""] * width
    names[min(1, width - 1)] = row.name
    return names


def _numbers(row: Row) -> list[Cell]:
    low, high = row.signed.likely
    shares = (row.signed.share, low, high)
    rates: list[Cell] = [round(one, 4) if row.signed.known else None for one in shares]
    return [
        row.mentions, row.replies, row.views, row.viewed, row.people, row.bots, row.confirmed,
        row.pending, row.shares, *rates, round(row.wait.total_seconds()) if row.wait else None,
        float(row.cost) if row.cost is not None else None,
    ]  # fmt: skip


def _hours(wanted: Asked) -> Sheet:
    found = funnel.read(wanted.scope)
    numbers = [
        "mentions", "replies", "views", "people", "bots", "confirmed", "pending", "shares",
    ]  # fmt: skip
    head = [
        found.unit, "mentions", "replies", "views", "clicks by people", "clicks by bots",
        "signatures confirmed", "signatures still to confirm", "passed on",
    ]  # fmt: skip
    lines = (
        [one.at.isoformat(), *(getattr(one, name) for name in numbers)] for one in found.moments
    )
    return Sheet(name=f"by-{found.unit}", head=head, lines=lines)


def _replies(wanted: Asked) -> Sheet:
    head = [
        "link", "posted", "tweeted", "seconds to reply", "lane", "clip", "storyteller", "place",
        "language", "network", "themes", "views", "passed on", "cost in US dollars",
        "clicks by people", "clicks by bots", "signatures confirmed", "signatures still to confirm",
    ]  # fmt: skip
    statement = f"""SELECT link.slug, {_TIME.format("posted_at")}, {_TIME.format("tweeted_at")},
            extract(epoch FROM posted_at - tweeted_at)::int, lane, clip_title, storyteller, place,
            language, network, array_to_string(themes, ' '), views, shares, cost::float,
            COALESCE(sum(people), 0), COALESCE(sum(bots), 0), COALESCE(sum(confirmed), 0),
            COALESCE(sum(pending), 0)
        FROM petitions_trackedlink AS link
        LEFT JOIN ({tallies.LINKS_QUICK}) AS counted ON counted.link_id = link.id
        WHERE link.petition_id IN {tallies.OURS} AND posted_at >= %(from)s AND posted_at < %(to)s
            AND {wanted.scope.where("link.")}
        GROUP BY link.id ORDER BY posted_at"""
    # Replies of the period, with whatever they brought until today.
    facts = wanted.scope.facts
    start, end = tallies.ALWAYS
    facts |= {"from": facts["start"], "to": facts["end"], "start": start, "end": end}
    return Sheet(name="replies", head=head, lines=_stream(statement, facts))


def _signatures(wanted: Asked) -> Sheet:
    """One line each, to the hour: who signs is nobody's business here."""
    head = [
        "petition", "hour signed", "state", "hour confirmed", "country", "language", "link", "clip",
        "storyteller", "place",
    ]  # fmt: skip
    statement = f"""SELECT petition.slug, {_HOUR.format("signed_at")}, state,
            {_HOUR.format("confirmed_at")}, country, signature.language, link.slug, clip_title,
            storyteller, link.place
        FROM petitions_signature AS signature
        JOIN petitions_petition AS petition ON petition.id = signature.petition_id
        LEFT JOIN petitions_trackedlink AS link ON link.id = signature.link_id
        WHERE signature.petition_id IN {tallies.OURS}
            AND signed_at >= %(start)s AND signed_at < %(end)s AND {wanted.scope.where("link.")}"""
    return Sheet(name="signatures", head=head, lines=_stream(statement, wanted.scope.facts))


def _stream(statement: str, facts: dict[str, Any]) -> Iterator[Line]:
    """Rows as the database finds them, a batch in memory at a time."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(statement, facts)
        while batch := cursor.fetchmany(BATCH):
            yield from batch
