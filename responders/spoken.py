"""Which clips say the words of a tweet: an index of titles, quotes and transcripts in memory.

A process keeps one for each campaign. Five thousand clips take it some megabytes and some tenths of
a second when it is built; clips that become ready are added as they do.
"""

import math
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects

from campaign.intake import words
from videos.models import CaptionTrack, Clip

#: Seconds after which new clips are looked for, and after which all are read again.
LOOK_EVERY = 15.0
BUILD_EVERY = 900.0
SHORTEST = 4
#: A word that more than this share of the clips say tells them apart no more.
TOO_COMMON = 0.2
FEW = 20


@dataclass(slots=True)
class Spoken:
    clips: set[UUID] = field(default_factory=set)
    said: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    newest: datetime | None = None
    built: float = 0.0
    looked: float = 0.0

    def add(self, clips: Iterable[Clip]) -> None:
        for clip in clips:
            self.clips.add(clip.pk)
            for word in _told(clip):
                self.said[word].add(clip.pk)
            if clip.ready_at and (self.newest is None or clip.ready_at > self.newest):
                self.newest = clip.ready_at

    def match(self, text: str) -> dict[UUID, tuple[float, list[str]]]:
        """Clip → how much of what the text says it says, from 0 to 1, and the words in common."""
        common = max(FEW, TOO_COMMON * len(self.clips))
        scores: dict[UUID, float] = defaultdict(float)
        shared: dict[UUID, list[str]] = defaultdict(list)
        for word in sorted({stem for whole in words.of(text) for stem in words.stems(whole)}):
            saying = self.said.get(word)
            if not saying or len(saying) > common:
                continue
            weight = math.log(1 + len(self.clips) / len(saying))
            for clip in saying:
                scores[clip] += weight
                shared[clip].append(word)
        most = max(scores.values(), default=1.0)
        return {clip: (score / most, shared[clip]) for clip, score in scores.items()}


_CAPTIONS = Prefetch(
    "captions", CaptionTrack.objects.exclude(reviewed_at=None).order_by("language")
)
_kept: dict[int, Spoken] = {}


def index(campaign: int) -> Spoken:
    """What the campaign's ready clips say, at most a quarter of a minute old."""
    now = time.monotonic()
    spoken = _kept.get(campaign)
    if spoken is None or now - spoken.built > BUILD_EVERY:
        spoken = _kept[campaign] = Spoken(built=now)
    elif now - spoken.looked < LOOK_EVERY:
        return spoken
    spoken.looked = now
    spoken.add(_ready(campaign, after=spoken.newest))
    return spoken


def forget() -> None:
    """For tests: as a process that has just begun."""
    _kept.clear()


def transcript(clip: Clip) -> str:
    """What is said, if a person has reviewed the captions in the language spoken."""
    tracks = [one for one in clip.captions.all() if one.reviewed_at]
    spoken = next((one for one in tracks if one.language == clip.language), None)
    if spoken is None:
        return ""
    return " ".join(str(piece.get("text", "")) for piece in spoken.segments)


def load_captions(clips: list[Clip]) -> None:
    """Their reviewed captions, in one query."""
    prefetch_related_objects(clips, _CAPTIONS)


def _ready(campaign: int, *, after: datetime | None) -> Iterable[Clip]:
    ready = Clip.objects.filter(campaign=campaign).ready()
    if after is not None:
        ready = ready.filter(ready_at__gt=after)
    return ready.only("title", "quote", "language", "ready_at").prefetch_related(_CAPTIONS)


def _told(clip: Clip) -> set[str]:
    texts = (clip.title, clip.quote, transcript(clip))
    found = {stem for text in texts for word in words.of(text) for stem in words.stems(word)}
    return {word for word in found if len(word) >= SHORTEST}
