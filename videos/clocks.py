"""The clock of a brief: each step's time, how late it is, and how long each step usually takes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.core.cache import cache
from django.db.models import Aggregate, Count, DurationField, F, Prefetch
from django.utils import timezone

from campaign.models import Campaign, Mention
from videos import coming
from videos.coming import Coming
from videos.models import Brief, BriefQuerySet, Clip, Upload

#: From which briefs "usually" is learnt, how many it takes to say so, and how long it is kept.
HISTORY = timedelta(days=60)
ENOUGH = 3
USUAL_LASTS = 60
STEPS = ("sent", "accepted", "filming", "uploading", "received", "ready")
LABELS = {
    "sent": "Sent",
    "accepted": "Accepted",
    "filming": "Filming",
    "uploading": "Uploading",
    "received": "In London",
    "ready": "Ready",
}
#: The bar of a running step without history is full after this long.
UNKNOWN = timedelta(minutes=15)


class Share(Aggregate):
    """The value below which a share of the rows lies (PostgreSQL's percentile_cont)."""

    function = "percentile_cont"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

    def __init__(self, expression: Any, *, share: float, **extra: Any) -> None:
        super().__init__(expression, share=share, **extra)


@dataclass(frozen=True, slots=True)
class Usual:
    """How long each step takes, from its own time to the next step's: half and nine in ten.

    None where there is too little history to say so.
    """

    half: dict[str, timedelta | None] = field(default_factory=dict)
    nine: dict[str, timedelta | None] = field(default_factory=dict)
    whole: timedelta | None = None
    whole_nine: timedelta | None = None


def usual(campaign: Campaign) -> Usual:
    """From the last briefs of the campaign, in one query, at most a minute old."""
    key = f"briefs-usual:{campaign.pk}"
    kept = cache.get(key)
    if isinstance(kept, Usual):
        return kept
    found = _learn(campaign)
    cache.set(key, found, USUAL_LASTS)
    return found


def _learn(campaign: Campaign) -> Usual:
    pairs = dict(pairwise(STEPS))
    asked: dict[str, Any] = {}
    for step, following in (*pairs.items(), ("whole", "")):
        span = F(f"{following}_at") - F(f"{step}_at") if following else F("ready_at") - F("sent_at")
        asked[f"{step}_count"] = Count(span)
        asked[f"{step}_half"] = Share(span, share=0.5)
        asked[f"{step}_nine"] = Share(span, share=0.9)
    since = timezone.now() - HISTORY
    row = Brief.objects.filter(campaign=campaign, sent_at__gte=since).aggregate(**asked)

    def known(step: str, what: str) -> timedelta | None:
        value: timedelta | None = row[f"{step}_{what}"]
        return value if row[f"{step}_count"] >= ENOUGH else None

    return Usual(
        half={step: known(step, "half") for step in pairs},
        nine={step: known(step, "nine") for step in pairs},
        whole=known("whole", "half"),
        whole_nine=known("whole", "nine"),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One dot of a row. `took` is how long until the next dot."""

    name: str
    at: datetime | None
    took: timedelta | None
    running: bool

    @property
    def label(self) -> str:
        return LABELS[self.name]


@dataclass(frozen=True, slots=True)
class Row:
    """A brief with its clock. `tone` is "", "warn" past nine in ten, "bad" past the deadline."""

    brief: Brief
    steps: tuple[Step, ...]
    usual: timedelta | None
    clip: Clip | None
    coming: Coming | None
    tone: str
    at: datetime

    @property
    def running(self) -> Step | None:
        return next((step for step in self.steps if step.running), None)

    @property
    def full(self) -> float:
        """Seconds after which the running step's bar is full."""
        return (self.usual or UNKNOWN).total_seconds()

    @property
    def elapsed(self) -> float:
        at = self.running.at if self.running else None
        return (self.at - at).total_seconds() if at else 0.0

    @property
    def is_ready(self) -> bool:
        return self.brief.ready_at is not None

    @property
    def is_late(self) -> bool:
        return self.brief.is_late(at=self.at)

    @property
    def pairs(self) -> bool:
        """Its mention waits at the desk with the footage."""
        mention = self.brief.mention
        return self.is_ready and mention is not None and mention.status in Mention.OPEN

    @property
    def prepared(self) -> int | None:
        """Percent of the preparing of its clip; None unless a worker is at it."""
        works = self.clip is not None and self.clip.status == Clip.Status.PROCESSING
        return self.clip.progress if self.clip is not None and works else None

    @property
    def trouble(self) -> bool:
        """The film came, and cannot be used."""
        return self.clip is not None and self.clip.status == Clip.Status.FAILED

    @property
    def line(self) -> str:
        return line(self.brief, at=self.at)


def row(brief: Brief, *, usual: Usual, at: datetime) -> Row:
    """The clock of a brief; give it as `complete` brings it."""
    steps = _steps(brief)
    running = next((step for step in steps if step.running), None)
    clips = list(brief.clips.all())
    ready = [clip for clip in clips if clip.status == Clip.Status.READY]
    films = (coming.of(upload, at=at) for upload in brief.uploads.all())
    return Row(
        brief=brief,
        steps=steps,
        usual=usual.half.get(running.name) if running else None,
        clip=next(iter(ready or clips), None),
        coming=next(filter(None, films), None),
        tone=_tone(brief, running, usual, at=at),
        at=at,
    )


def line(brief: Brief, *, at: datetime) -> str:
    """The clock in one line, for the mention's card on the desk. Needs place and storyteller."""
    person, place = brief.storyteller, brief.place.name
    who = f"{person.public_name} in {place}" if person else place
    if brief.status == Brief.Status.DECLINED:
        return f"{place} cannot: {brief.get_refusal_display().lower()}"
    if brief.ready_at is not None:
        return f"Footage from {who} is ready"
    running = next((step for step in _steps(brief) if step.running), None)
    if running is None or running.at is None:
        return f"{who}: {brief.get_status_display().lower()}"
    late = f", {minutes(at - brief.deadline)} late" if brief.is_late(at=at) else ""
    step = running.label[:1].lower() + running.label[1:]
    return f"{who}: {step} {minutes(at - running.at)}{late}"


def rows(briefs: Iterable[Brief], *, campaign: Campaign) -> list[Row]:
    now, known = timezone.now(), usual(campaign)
    return [row(brief, usual=known, at=now) for brief in briefs]


def lines(mentions: Iterable[Mention], *, campaign: Campaign) -> dict[int, Row]:
    """By mention, the clock of the newest brief: for the desk’s cards. Three queries."""
    found = complete(Brief.objects.filter(campaign=campaign, mention__in=list(mentions)))
    newest = found.order_by("mention", "-sent_at", "-pk").distinct("mention")
    return {one.brief.mention_id or 0: one for one in rows(newest, campaign=campaign)}


def _steps(brief: Brief) -> tuple[Step, ...]:
    """The dots. A step that was skipped has no time; the one running is the last that has one."""
    times: dict[str, datetime | None] = {name: getattr(brief, f"{name}_at") for name in STEPS}
    passed = [(name, at) for name, at in times.items() if at is not None]
    following = {a[0]: b[1] for a, b in pairwise(passed)}
    over = brief.ready_at is not None or brief.status in {
        Brief.Status.DECLINED,
        Brief.Status.CANCELLED,
    }
    last = passed[-1][0]
    return tuple(
        Step(
            name=name,
            at=at,
            took=following[name] - at if at is not None and name in following else None,
            running=name == last and not over,
        )
        for name, at in times.items()
    )


def _tone(brief: Brief, running: Step | None, usual: Usual, *, at: datetime) -> str:
    if brief.is_late(at=at):
        return "bad"
    if running is None or running.at is None:
        return ""
    nine = usual.nine.get(running.name)
    return "warn" if nine is not None and at - running.at > nine else ""


def complete(briefs: BriefQuerySet) -> BriefQuerySet:
    """With all that a clock asks of a brief, in three queries."""
    on_their_way = Upload.objects.unfinished().order_by("begun_at")
    clips = Clip.objects.select_related("storyteller").order_by("-received_at")
    return (
        briefs.select_related("place", "storyteller", "mention", "accepted_by", "replacement")
        .defer("mention__raw", "mention__search")
        .prefetch_related(Prefetch("clips", clips), Prefetch("uploads", on_their_way))
    )


def minutes(span: timedelta) -> str:
    """40 s, 8 min, 2 h 05: as the board writes how long something took."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    whole = seconds // 60
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h {whole % 60:02d}"
    return f"{whole // 1440} d"
