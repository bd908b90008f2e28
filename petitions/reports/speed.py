"""How long people waited for our reply, and what the time went to."""

from dataclasses import dataclass, field
from datetime import timedelta

from petitions import tallies
from petitions.reports.scope import LANES, WAIT, Quantile, Scope

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


_TIMED = """
WITH timed AS (
    SELECT id, lane, posted_at - tweeted_at AS wait,
        percent_rank() OVER (PARTITION BY lane ORDER BY posted_at - tweeted_at) AS rank,
        count(*) OVER (PARTITION BY lane) AS number
    FROM petitions_trackedlink
    WHERE petition_id IN (SELECT id FROM petitions_petition WHERE campaign_id = %(campaign)s)
        AND posted_at >= %(start)s AND posted_at < %(end)s AND tweeted_at IS NOT NULL
        AND {narrow}
)
"""
_QUANTILES = """
SELECT lane, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY wait),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY wait)
FROM timed GROUP BY lane
"""
# A tenth of the replies on either side of the median, or of nine in ten, is what is typical there.
_STEPS = """
SELECT timed.lane, step.key,
    sum(step.value::float) FILTER (WHERE number < %(few)s OR abs(rank - 0.5) <= 0.1),
    sum(step.value::float) FILTER (WHERE number < %(few)s OR abs(rank - 0.9) <= 0.1)
FROM timed JOIN petitions_trackedlink AS link USING (id),
    LATERAL jsonb_each_text(link.steps) AS step
WHERE number < %(few)s OR abs(rank - 0.5) <= 0.1 OR abs(rank - 0.9) <= 0.1
GROUP BY timed.lane, step.key
"""


def read(scope: Scope) -> list[Speed]:
    """Each lane, the slower one first. Replies of an unknown lane stand last, as "Replies"."""
    facts = scope.facts | {"few": FEW}
    timed = _TIMED.format(narrow=scope.where())
    sums: dict[str, dict[str, tuple[float, float]]] = {}
    for lane, step, middle, late in tallies.rows(timed + _STEPS, facts):
        sums.setdefault(lane, {})[step] = (middle or 0.0, late or 0.0)
    found = []
    for lane, replies, median, late in tallies.rows(timed + _QUANTILES, facts):
        steps = sums.get(lane, {})
        found.append(
            Speed(
                name=LANES.get(lane, "Replies"),
                replies=replies,
                median=Wait(median, _parts({key: one for key, (one, _) in steps.items()}, median)),
                nine_in_ten=Wait(late, _parts({key: one for key, (_, one) in steps.items()}, late)),
            )
        )
    order = [*LANES.values(), "Replies"]
    return sorted(found, key=lambda one: order.index(one.name))


def _parts(sums: dict[str, float], wait: timedelta) -> list[Part]:
    whole = sum(sums.values())
    return [
        Part(step, sums[step] / whole, sums[step] / whole * wait.total_seconds())
        for step in STEPS
        if whole and sums.get(step)
    ]


def by_place(scope: Scope) -> dict[str, timedelta]:
    """The median of each place."""
    known = scope.replies().exclude(tweeted_at=None)
    found = known.values("place").order_by().annotate(median=Quantile(WAIT, share=0.5))
    return {row["place"]: row["median"] for row in found}
