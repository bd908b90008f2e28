"""The sums of reports, in SQL: from the rows themselves, and from roll-ups where hours are closed.

Every statement takes `campaign`, `start` and `end` (aware times, `end` left out; `ALWAYS` for an
open one) and `zone` (the newsroom's, whose days are meant). A statement that reads both roll-ups
and rows is one statement, so that both belong to one moment.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

#: What an open beginning or end is given as.
ALWAYS = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))

_HOUR = "date_bin('1 hour', {}, '2000-01-01 00:00:00+00')"
_DAY = "({} AT TIME ZONE %(zone)s)::date"
#: The petitions of a campaign.
OURS = "(SELECT id FROM petitions_petition WHERE campaign_id = %(campaign)s)"
#: Of the sums: those of an older version are counted anew, for they lack what this one reads.
VERSION = 2
#: Live rows begin where the closed hours end.
_CLOSED = f"""COALESCE((SELECT closed_until FROM petitions_rollup
    WHERE campaign_id = %(campaign)s AND version = {VERSION}), '-infinity')"""
_LIVE = f"GREATEST(%(start)s::timestamptz, {_CLOSED})"
_STATES = """count(*) FILTER (WHERE signature.state = 'confirmed') AS confirmed,
    count(*) FILTER (WHERE signature.state = 'pending') AS pending"""
_SLICE = """COALESCE(link.place, '') AS place, COALESCE(link.language, '') AS language,
    COALESCE(link.network, '') AS network, COALESCE(link.lane, '') AS lane"""

HOUR_COLUMNS = (
    "hour, place, language, network, lane, mentions, people, bots, confirmed, pending, by_link"
)
LINK_COLUMNS = "link_id, day, people, bots, confirmed, pending"
DAY_COLUMNS = (
    "day, by, key, place, language, network, lane, mentions, people, bots, confirmed, pending"
)

#: Upper bounds, in minutes, by which the times from tweet to reply are sorted; longer ones last.
WAITS = (5, 15, 60, 240, 1440)
LONGER = 999_999
_WAITED = "extract(epoch FROM link.posted_at - link.tweeted_at) / 60"
_WAIT = (
    f"CASE {' '.join(f'WHEN {_WAITED} <= {bound} THEN {bound}' for bound in WAITS)} "
    f"WHEN {_WAITED} IS NULL THEN NULL ELSE {LONGER} END"
)
#: What reports sort links by, as expressions over `link`. A link may have several themes.
FACTS = {
    "clip": ("link.clip_id", "link.clip_title", "link.storyteller", "link.place"),
    "storyteller": ("link.place", "link.storyteller"),
    "place": ("link.place",),
    "language": ("link.language",),
    "editor": ("link.editor_id",),
    "network": ("link.network",),
    "wait": (_WAIT,),
    "theme": ("theme",),
}
#: To be joined behind `link`: its themes, one a row, and an empty one where it has none.
THEMES = """, LATERAL unnest(CASE WHEN link.themes = '{}' OR link.themes IS NULL
    THEN '{""}'::varchar[] ELSE link.themes END) AS theme"""


def _mentions(since: str) -> str:
    return f"""campaign_mention AS mention WHERE mention.campaign_id = %(campaign)s
        AND mention.received_at >= {since} AND mention.received_at < %(end)s"""


def _clicks(since: str) -> str:
    """The hours first, then their links: OFFSET 0 keeps the planner from walking all links."""
    return f"""(SELECT * FROM petitions_clickcount
            WHERE hour >= {since} AND hour < %(end)s OFFSET 0) AS click
        JOIN petitions_trackedlink AS link ON link.id = click.link_id
        WHERE link.petition_id IN {OURS}"""


def _signatures(since: str, *, join: str = "") -> str:
    return f"""petitions_signature AS signature {join} WHERE signature.petition_id IN {OURS}
        AND signature.signed_at >= {since} AND signature.signed_at < %(end)s"""


_WITH_LINK = "LEFT JOIN petitions_trackedlink AS link ON link.id = signature.link_id"


def _hours(since: str) -> str:
    return f"""SELECT hour, place, language, network, lane, sum(mentions)::int AS mentions,
        sum(people)::int AS people, sum(bots)::int AS bots, sum(confirmed)::int AS confirmed,
        sum(pending)::int AS pending, sum(by_link)::int AS by_link
    FROM (
        SELECT {_HOUR.format("mention.received_at")} AS hour, '' AS place,
            split_part(mention.lang, '-', 1) AS language, mention.network, '' AS lane,
            count(*) AS mentions, 0 AS people, 0 AS bots, 0 AS confirmed, 0 AS pending, 0 AS by_link
        FROM {_mentions(since)} GROUP BY 1, 3, 4
        UNION ALL
        SELECT click.hour, {_SLICE}, 0, sum(click.people), sum(click.bots), 0, 0, 0
        FROM {_clicks(since)} GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT signed.hour, {_SLICE}, 0, 0, 0, sum(signed.confirmed), sum(signed.pending),
            COALESCE(sum(signed.confirmed) FILTER (WHERE signed.link_id IS NOT NULL), 0)
        FROM (SELECT signature.link_id, {_HOUR.format("signature.signed_at")} AS hour, {_STATES}
                FROM {_signatures(since)} GROUP BY 1, 2) AS signed
            LEFT JOIN petitions_trackedlink AS link ON link.id = signed.link_id
        GROUP BY 1, 2, 3, 4, 5
    ) AS part GROUP BY hour, place, language, network, lane"""


def _links(since: str) -> str:
    return f"""SELECT link_id, day, sum(people)::int AS people, sum(bots)::int AS bots,
        sum(confirmed)::int AS confirmed, sum(pending)::int AS pending
    FROM (
        SELECT click.link_id, {_DAY.format("click.hour")} AS day, sum(click.people) AS people,
            sum(click.bots) AS bots, 0 AS confirmed, 0 AS pending
        FROM {_clicks(since)} GROUP BY 1, 2
        UNION ALL
        SELECT signature.link_id, {_DAY.format("signature.signed_at")}, 0, 0, {_STATES}
        FROM {_signatures(since)} GROUP BY 1, 2
    ) AS part GROUP BY link_id, day"""


def key(by: str) -> str:
    """What a row of `petitions_factday` is called: a JSON array of its facts."""
    return f"jsonb_build_array({', '.join(FACTS[by])})::text"


def _days(since: str, *, by: str = "") -> str:
    """By country of the signer, and by each fact of a link, or by one of these alone.

    A row with two themes counts under each. Who came by no link is counted under an empty key.
    """
    facts = [by] if by else ["country", *FACTS]
    branches = [_of_country(since) if fact == "country" else _of_links(fact) for fact in facts]
    if "theme" in facts:
        branches.append(_of_mentions(since))
    linked = f"WITH linked AS ({_links(since)})" if facts != ["country"] else ""
    return f"""SELECT * FROM ({linked}
        SELECT day, by, key, place, language, network, lane, sum(mentions)::int AS mentions,
            sum(people)::int AS people, sum(bots)::int AS bots, sum(confirmed)::int AS confirmed,
            sum(pending)::int AS pending
        FROM ({" UNION ALL ".join(branches)}) AS part
        GROUP BY day, by, key, place, language, network, lane) AS days"""


def _of_country(since: str) -> str:
    return f"""SELECT {_DAY.format("signature.signed_at")} AS day, 'country' AS by,
            jsonb_build_array(signature.country)::text AS key, {_SLICE}, 0 AS mentions,
            0 AS people, 0 AS bots, {_STATES}
        FROM {_signatures(since, join=_WITH_LINK)} GROUP BY 1, 3, 4, 5, 6, 7"""


def _of_links(by: str) -> str:
    return f"""SELECT day, '{by}' AS by,
            CASE WHEN link.id IS NULL THEN '' ELSE {key(by)} END AS key, {_SLICE}, 0 AS mentions,
            people, bots, confirmed, pending
        FROM linked LEFT JOIN petitions_trackedlink AS link ON link.id = linked.link_id
        {THEMES if by == "theme" else ""}"""


def _of_mentions(since: str) -> str:
    return f"""SELECT {_DAY.format("mention.received_at")}, 'theme', {key("theme")}, '',
            split_part(mention.lang, '-', 1), mention.network, '', count(*), 0, 0, 0, 0
        FROM campaign_mention AS mention,
            LATERAL unnest(CASE WHEN mention.themes = '{{}}' THEN '{{""}}'::varchar[]
                ELSE mention.themes END) AS theme
        WHERE mention.campaign_id = %(campaign)s
            AND mention.received_at >= {since} AND mention.received_at < %(end)s
        GROUP BY 1, 3, 5, 6"""


#: Counted from the rows alone.
HOURS, LINKS, DAYS = (make("%(start)s") for make in (_hours, _links, _days))

#: The same, from roll-ups where hours are closed and from rows where they are not.
HOURS_QUICK = f"""SELECT {HOUR_COLUMNS} FROM petitions_hourcount
    WHERE campaign_id = %(campaign)s AND hour >= %(start)s AND hour < %(end)s
    UNION ALL {_hours(_LIVE)}"""
_KEPT = f"""campaign_id = %(campaign)s AND day >= {_DAY.format("%(start)s::timestamptz")}
    AND day <= {_DAY.format("(%(end)s::timestamptz - interval '1 microsecond')")}"""
LINKS_QUICK = f"""SELECT {LINK_COLUMNS} FROM petitions_linkday WHERE {_KEPT}
    UNION ALL {_links(_LIVE)}"""


def days_quick(by: str) -> str:
    """The same of `DAYS`, by one fact."""
    return f"""SELECT {DAY_COLUMNS} FROM petitions_factday WHERE {_KEPT} AND by = '{by}'
        UNION ALL SELECT {DAY_COLUMNS} FROM ({_days(_LIVE, by=by)}) AS live"""


def rows(statement: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
