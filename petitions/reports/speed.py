"""How long people waited for our reply, and what the time went to."""

from collections import Counter, defaultdict
from collections.abc import Mapping
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


# A tenth of the replies on either side of the median, or of nine in ten, is what is typical there.
_STATEMENT = f"""
WITH waited AS MATERIALIZED (
    SELECT lane, posted_at - tweeted_at AS wait, steps
    FROM petitions_trackedlink AS link
    WHERE petition_id IN {tallies.OURS} AND posted_at >= %(start)s AND posted_at < %(end)s
        AND tweeted_at IS NOT NULL AND {{narrow}}
), known AS (
    SELECT lane, count(*) AS number, percentile_cont(ARRAY[0.4, 0.5, 0.6, 0.8, 0.9])
        WITHIN GROUP (ORDER BY wait) AS within
    FROM waited GROUP BY lane
), typical AS (
    SELECT lane, steps, number < %(few)s OR wait BETWEEN within[1] AND within[3] AS middle,
        number < %(few)s OR wait >= within[4] AS late
    FROM waited JOIN known USING (lane)
), spent AS (
    SELECT lane, middle, late,
        ARRAY[{", ".join(f"COALESCE(sum((steps->>'{step}')::float), 0)" for step in STEPS)}] AS sums
    FROM typical WHERE middle OR late GROUP BY lane, middle, late
)
SELECT lane, number, within[2], within[5], middle, late, sums
FROM known LEFT JOIN spent USING (lane)
"""


def read(scope: Scope) -> list[Speed]:
    """Each lane, the slower one first. Replies of an unknown lane stand last, as "Replies"."""
    lanes: dict[str, tuple[int, timedelta, timedelta]] = {}
    middles: dict[str, Counter[str]] = defaultdict(Counter)
    lates: dict[str, Counter[str]] = defaultdict(Counter)
    statement = _STATEMENT.format(narrow=scope.where("link."))
    found = tallies.rows(statement, scope.facts | {"few": FEW})
    for lane, replies, median, nine_in_ten, middle, late, sums in found:
        lanes[lane] = replies, median, nine_in_ten
        spent = dict(zip(STEPS, sums or (), strict=False))
        if middle:
            middles[lane].update(spent)
        if late:
            lates[lane].update(spent)
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


def _parts(sums: Mapping[str, float], wait: timedelta) -> list[Part]:
    whole = sum(sums.values())
    return [
        Part(step, sums[step] / whole, sums[step] / whole * wait.total_seconds())
        for step in STEPS
        if whole and sums.get(step)
    ]
