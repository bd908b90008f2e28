"""Where the bars, lines and dots of a chart stand. Presentation attributes alone: our content
security policy allows no style attributes."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil, log10

from django.utils import timezone

from petitions.reports.funnel import Funnel
from petitions.reports.rates import Rate
from petitions.reports.speed import Part, Speed, Wait

WIDTH = 1_000
HEIGHT = 200
TOP = 16
SPARK_WIDTH, SPARK_HEIGHT = 168, 20
RANGE_WIDTH = 120
WAIT_WIDTH = 400
#: What the name of a day takes under the chart.
ROOM = 110


#: x, y, width and height.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    y: float
    label: int


@dataclass(frozen=True, slots=True)
class Tick:
    """The start of a day (or of a month), with its own sum."""

    x: float
    label: str
    total: int


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of each kind as one path; `now` stands below the last one while it grows."""

    confirmed: str
    pending: str
    now: str
    lines: list[Line]
    ticks: list[Tick]
    width: int = WIDTH
    height: int = HEIGHT
    bottom: int = HEIGHT + 28


@dataclass(frozen=True, slots=True)
class Whisker:
    """A rate as a dot, its likely range as a line, on a scale from 0 to `top`."""

    dot: float
    low: float
    high: float
    few: bool


def signatures(funnel: Funnel) -> Bars:
    moments = funnel.moments
    most = max((one.confirmed + one.pending for one in moments), default=0)
    top = nice(most)
    slot = WIDTH / max(len(moments), 12)
    scale = (HEIGHT - TOP) / top
    confirmed: list[Box] = []
    pending: list[Box] = []
    now: list[Box] = []
    for index, one in enumerate(moments):
        x, width = (index + 0.1) * slot, 0.8 * slot
        tall, taller = one.confirmed * scale, (one.confirmed + one.pending) * scale
        confirmed.append((x, HEIGHT - tall, width, tall))
        pending.append((x, HEIGHT - taller, width, taller - tall))
        if one.now:
            now.append((x, HEIGHT - 5, width, 5.0))
    lines = [Line(y=round(HEIGHT - value * scale, 1), label=value) for value in _steps(top)]
    return Bars(
        confirmed=_path(confirmed),
        pending=_path(pending),
        now=_path(now),
        lines=lines,
        ticks=_ticks(funnel, slot=slot),
    )


def _path(boxes: list[Box]) -> str:
    """What has a height, as one SVG path: a page of a week has hundreds of them."""
    return "".join(
        f"M{x:.6g} {y:.6g}h{width:.4g}v{height:.4g}h-{width:.4g}z"
        for x, y, width, height in boxes
        if height > 0
    )


def nice(most: int) -> int:
    """A round number that the longest bar does not pass."""
    if most <= 4:
        return 4
    size = int(10 ** int(log10(most)))
    for step in (1, 2, 3, 4, 5, 6, 8, 10):
        if most <= step * size:
            return step * size
    return most


def _steps(top: int) -> list[int]:
    parts = next((parts for parts in (4, 3, 5, 2) if top % parts == 0), 1)
    return [top * part // parts for part in range(parts + 1)]


def _ticks(funnel: Funnel, *, slot: float) -> list[Tick]:
    """Days under hours, months under days. One that has only begun has no room for its name."""
    sums: dict[str, tuple[float, int]] = {}
    few = funnel.unit == "hour" and len(funnel.moments) <= 48
    for index, moment in enumerate(funnel.moments):
        label = _tick(timezone.localtime(moment.at), hours=funnel.unit == "hour", few=few)
        x, total = sums.get(label, (index * slot, 0))
        sums[label] = (x, total + moment.confirmed)
    ends = [*[x for x, _ in sums.values()][1:], float(WIDTH)]
    return [
        Tick(x=round(x, 1), label=label if end - x >= ROOM else "", total=total)
        for (label, (x, total)), end in zip(sums.items(), ends, strict=True)
    ]


def _tick(at: datetime, *, hours: bool, few: bool) -> str:
    if few:
        return f"{at:%a} {at.hour // 6 * 6:02d}:00"
    return f"{at:%a} {at.day} {at:%b}" if hours else f"{at:%b %Y}"


def spark(values: list[int], *, width: int = SPARK_WIDTH) -> str:
    """Small bars as one SVG path; empty when there is nothing to show."""
    return _path(spark_boxes(values, width=width))


def spark_boxes(values: list[int], *, width: int = SPARK_WIDTH) -> list[Box]:
    """At most 84 of them, sums of neighbours if need be."""
    if len(values) > 84:
        size = ceil(len(values) / 84)
        values = [sum(values[at : at + size]) for at in range(0, len(values), size)]
    most = max(values, default=0)
    if not most:
        return []
    slot = width / max(len(values), 14)
    bars = []
    for index, value in enumerate(values):
        height = round(max(1.0, value / most * SPARK_HEIGHT), 1)
        bars.append((round(index * slot, 2), SPARK_HEIGHT - height, round(slot * 0.8, 2), height))
    return bars


@dataclass(frozen=True, slots=True)
class Split:
    """People and bots as two parts of one bar, in units of its width."""

    people: float
    bots: float
    width: int = SPARK_WIDTH


def split(people: int, bots: int) -> Split | None:
    whole = people + bots
    if not whole:
        return None
    part = round(people / whole * SPARK_WIDTH, 1)
    return Split(people=part, bots=round(SPARK_WIDTH - part, 1))


def change(now: int, before: int) -> str:
    """+18 %, against what was before; empty when there was nothing."""
    if not before:
        return ""
    percent = round(100 * (now - before) / before)
    if percent > 999:
        return f"× {now / before:.0f}"
    return f"{percent:+d} %".replace("-", "−") if percent else "± 0 %"


@dataclass(frozen=True, slots=True)
class Segment:
    part: Part
    x: float
    width: float

    @property
    def label(self) -> str:
        """Its name and minutes, where there is room for them."""
        return (
            f"{self.part.name} {self.part.seconds / 60:.0f}" if self.width > WAIT_WIDTH / 4 else ""
        )


@dataclass(frozen=True, slots=True)
class WaitBar:
    name: str
    wait: Wait
    width: float
    segments: list[Segment]


@dataclass(frozen=True, slots=True)
class Waits:
    """A lane's two bars, on the scale of the longest of all."""

    speed: Speed
    bars: list[WaitBar]


def waits(speeds: list[Speed]) -> list[Waits]:
    longest = max((one.nine_in_ten.time.total_seconds() for one in speeds), default=0) or 1
    return [
        Waits(
            one,
            [
                _wait_bar("median", one.median, longest=longest),
                _wait_bar("9 in 10", one.nine_in_ten, longest=longest),
            ],
        )
        for one in speeds
    ]


def _wait_bar(name: str, wait: Wait, *, longest: float) -> WaitBar:
    width = max(2.0, wait.time.total_seconds() / longest * WAIT_WIDTH)
    segments, x = [], 0.0
    for part in wait.parts:
        segments.append(Segment(part, round(x, 1), round(part.share * width, 1)))
        x += part.share * width
    return WaitBar(name, wait, round(width, 1), segments)


def whisker(rate: Rate, *, top: float) -> Whisker:
    low, high = rate.likely

    def place(share: float) -> float:
        return round(4 + min(1.0, share / top) * (RANGE_WIDTH - 8), 1)

    return Whisker(dot=place(rate.share), low=place(low), high=place(high), few=rate.few)


def scale_top(rates: list[Rate]) -> float:
    """The end of the scale: twice the largest share that many clicks vouch for, 5 % at least."""
    sure = [rate.likely[1] for rate in rates if rate.known and not rate.few]
    few = [rate.share for rate in rates if rate.known and rate.few]
    highest = max([*sure, *few, 0.05])
    return min(1.0, ceil(highest * 20) / 20)
