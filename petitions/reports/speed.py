"""How long people waited for our reply, and what the time went to."""

from dataclasses import dataclass, field
from datetime import timedelta

from petitions import tallies
from petitions.reports.scope import LANES, Scope

#: The steps from tweet to reply, in their order, as `TrackedLink.steps` names them.
STEPS = {
    "waiting": "Waiting",
    "brief": "Brief sent",
    "filming": "Filming",
    "uploading": "Uploading",
    "london": "In London",
    "writing": "Writing, second eyes",
    "posting": "Hold, posting",
}
#: Fewer replies than this are all taken for typical.
FEW = 10


@dataclass(frozen=True, slots=True)
class Part:
    """One step's part of a wait, as a share of 1."""

    step: str
    share: float
    seconds: float

    @property
    def name(self) -> str:
        return STEPS[self.step]


@dataclass(frozen=True, slots=True)
class Wait:
    """So long, and what replies that took about so long spent it on (in the steps' order)."""

    time: timedelta
    parts: list[Part] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Speed:
    """Half of the replies were out within `median`, nine in ten within `nine_in_ten`."""

    name: str
    replies: int
    median: Wait
    nine_in_ten: Wait


_KNOWN = f"""petition_id IN {tallies.OURS} AND posted_at >= %(start)s AND posted_at < %(end)s
    AND tweeted_at IS NOT NULL AND {{narrow}}"""
# A tenth of the replies on either side of the median, or of nine in ten, is what is typical there.
_STATEMENT = f"""
WITH known AS (
    SELECT lane, count(*) AS number, percentile_cont(ARRAY[0.4, 0.5, 0.6, 0.8, 0.9])
        WITHIN GROUP (ORDER BY posted_at - tweeted_at) AS within
    FROM petitions_trackedlink AS link WHERE {_KNOWN} GROUP BY lane
), typical AS (
    SELECT link.lane, steps,
        number < %(few)s OR posted_at - tweeted_at BETWEEN within[1] AND within[3] AS middle,
        number < %(few)s OR posted_at - tweeted_at >= within[4] AS late
    FROM petitions_trackedlink AS link JOIN known USING (lane) WHERE {_KNOWN}
), spent AS (
    SELECT lane, key AS step, sum(value::float) FILTER (WHERE middle) AS middle,
        sum(value::float) FILTER (WHERE late) AS late
    FROM typical, LATERAL jsonb_each_text(steps) WHERE middle OR late GROUP BY lane, key
)
SELECT lane, number, within[2], within[5], step, middle, late
FROM known LEFT JOIN spent USING (lane)
"""


def read(scope: Scope) -> list[Speed]:
    """Each lane, the slower one first. Replies of an unknown lane stand last, as "Replies"."""
    lanes: dict[str, tuple[int, timedelta, timedelta]] = {}
    middles: dict[str, dict[str, float]] = {}
    lates: dict[str, dict[str, float]] = {}
    statement = _STATEMENT.format(narrow=scope.where("link."))
    found = tallies.rows(statement, scope.facts | {"few": FEW})
    for lane, replies, median, nine_in_ten, step, middle, late in found:
        lanes[lane] = replies, median, nine_in_ten
        middles.setdefault(lane, {})[step] = middle or 0.0
        lates.setdefault(lane, {})[step] = late or 0.0
    speeds = [
        Speed(
            name=LANES.get(lane, "Replies"),
            replies=replies,
            median=Wait(median, _parts(middles[lane], median)),
            nine_in_ten=Wait(nine_in_ten, _parts(lates[lane], nine_in_ten)),
        )
        for lane, (replies, median, nine_in_ten) in lanes.items()
    ]
    order = [*LANES.values(), "Replies"]
    return sorted(speeds, key=lambda one: order.index(one.name))


def _parts(sums: dict[str, float], wait: timedelta) -> list[Part]:
    whole = sum(sums.values())
    return [
        Part(step, sums[step] / whole, sums[step] / whole * wait.total_seconds())
        for step in STEPS
        if whole and sums.get(step)
    ]
