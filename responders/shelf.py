"""Which clips fit a mention, best first, each with its reasons in words.

Simple points that an editor can follow, as for the queue: what speaks for a clip and what speaks
against it now. PostgreSQL weighs all clips by what is in their rows, and the best of them are
weighed once more by what is not: the words in common, the place, what the clip did for the
petition. An editor decides; this only spares them the search.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.cache import cache
from django.db.models import Case, CharField, Count, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from campaign.intake import themes, words
from campaign.models import Campaign, Mention
from campaign.prepared import Given, Prepared
from petitions.reports import clips as petition_clips
from petitions.reports.clips import Yield, Yields
from responders import matcher, spoken, wording
from responders.models import Reply
from videos.models import Brief, Clip, Consent, Place, Terms
from videos.themes import THEMES

MOST = 20
#: Keys 1 to 5 pair.
KEYS = 5
#: A rate of fewer people says nothing.
FEWEST_PEOPLE = 20
#: So many are weighed for the second time.
WEIGHED = 60
SAYING = 20
REST = timedelta(hours=1)
#: A storyteller who answered so often within a day is to be spared.
OFTEN = 6
A_DAY = timedelta(days=1)
FRESH = timedelta(hours=24)
COVERAGE_LASTS = 30

#: Filmed for this very person: before all others, resting or not.
FOR_THEM = 200
LANGUAGE = 30
A_THEME = 15
THEMES_MOST = 30
SAID_MOST = 15
PLACE = 10
MATCH_MOST = 20
NEW = 5
YIELD_MOST = 10
TIRED_CLIP = -40
TIRED_PERSON = -25


LANGUAGE_NAMES = {
    "en": "English",
    "fr": "French",
    "ar": "Arabic",
    "sw": "Swahili",
    "de": "German",
    "es": "Spanish",
}


def language_name(code: str) -> str:
    return LANGUAGE_NAMES.get(code.partition("-")[0], code)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the editor narrows the shelf to."""

    words: str = ""
    language: str = ""
    theme: str = ""
    place: str = ""
    rested: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Wanted":
        """From an address; what is no filter of ours is as if it were not there."""
        said = {
            name: str(asked.get(name, "")).replace("\x00", "")
            for name in ("words", "clip_lang", "clip_theme", "clip_place", "rested")
        }
        return cls(
            words=said["words"][:100],
            language=said["clip_lang"][:8],
            theme=said["clip_theme"] if said["clip_theme"] in THEMES else "",
            place=said["clip_place"][:40],
            rested=said["rested"] == "1",
        )

    @property
    def chosen(self) -> bool:
        return self != Wanted()

    @property
    def narrowed(self) -> bool:
        """By more than words."""
        return self != Wanted(words=self.words)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One clip on the shelf. `number` is its key, 1 to 5, or None further down.

    Transcript and captions are at hand for the first, which is shown whole.
    """

    clip: Clip
    number: int | None
    points: int
    shared: list[str]
    said: list[str]
    from_there: bool
    answers_today: int
    rests_until: datetime | None
    done: Yield | None = None
    average: float = 0.0
    consent: Terms | None = None
    filmed_for_them: bool = False

    @property
    def language(self) -> str:
        return language_name(self.clip.language)

    @property
    def tired(self) -> bool:
        """The storyteller has answered often today."""
        return self.answers_today >= OFTEN

    @property
    def reasons(self) -> list[str]:
        """What speaks for it, or what to know: at most four."""
        said = ["Filmed for them"] if self.filmed_for_them else []
        said.append(", ".join(THEMES.get(one, one) for one in self.shared[:2]))
        if self.said:
            said.append(f"says “{self.said[0]}”")
        if self.from_there:
            said.append(f"about {self.clip.storyteller.place.name}")
        said.append(self.language)
        if self.clip.voice_only:
            said.append("voice only")
        if self.tired:
            said.insert(0, f"answered {self.answers_today} times today")
        elif not self.rests_until:
            said.append(self.rest)
        if self.rests_until:
            said.insert(0, self.rest)
        return [word for word in said if word][:4]

    @property
    def converts(self) -> str:
        """`14 %`; "" until enough people came by it."""
        if self.done is None or self.done.people < FEWEST_PEOPLE:
            return ""
        return f"{100 * self.done.rate:.0f} %"

    @property
    def may_show(self) -> str:
        return wording.consent_words(self.consent)

    @property
    def rest(self) -> str:
        if self.rests_until:
            return f"Resting until {timezone.localtime(self.rests_until):%H:%M}"
        if self.clip.used_at is None:
            return "never used"
        hours = int((timezone.now() - self.clip.used_at).total_seconds() // 3600)
        return f"rested {hours} h" if hours < 48 else f"rested {hours // 24} d"

    @property
    def transcript(self) -> str:
        return spoken.transcript(self.clip)

    @property
    def captions(self) -> str:
        """`captions in English, French`."""
        reviewed = [one.language for one in self.clip.captions.all()]
        return ", ".join(map(language_name, reviewed))


def suggest(
    mention: Mention, *, wanted: Wanted | None = None, chosen: Clip | None = None
) -> list[Suggestion]:
    """The clips that may answer it, best first, the chosen one at the top; WANTED narrows them."""
    wanted = wanted or Wanted()
    now = timezone.now()
    weigh = _Weigh(mention, at=now)
    consents = _consents(mention, at=now)
    usable = Clip.objects.filter(campaign=mention.campaign_id).ready()
    fitting = _narrowed(usable.allowed_by(consents.values()), wanted, at=now)
    # Thousands are ranked by what is in their rows; weighed again are the best, and those that have
    # most words in common with it, which no row knows; read whole is only what is shown.
    saying = weigh.saying()
    says = [_points(Q(pk__in=saying), 1).desc()] if saying else []
    best = fitting.annotate(fit=weigh.in_rows()).order_by(
        *says, "-fit", F("used_at").asc(nulls_first=True), "-ready_at"
    )
    rows = [_Row(*row) for row in best.values_list(*_Row._fields)[: WEIGHED + len(saying)]]
    found = sorted(rows, key=weigh.order)
    if chosen is not None and not wanted.chosen:
        own = next((row for row in rows if row.pk == chosen.pk), _row_of(chosen))
        found = [own, *(row for row in found if row.pk != chosen.pk)]
    return weigh.told(found[:MOST], consents=consents)


#: What the shelf says of a clip; its row is twice as wide.
_SHOWN = (
    "title",
    "quote",
    "language",
    "themes",
    "voice_only",
    "duration",
    "used",
    "used_at",
    "storyteller__public_name",
    "storyteller__place__name",
    "storyteller__place__country_name",
)


class _Row(NamedTuple):
    """What ranking needs of a clip, its columns and its points: more are ranked than shown."""

    pk: UUID
    language: str
    themes: list[str]
    storyteller: int
    brief: int | None
    used_at: datetime | None
    ready_at: datetime | None
    fit: int


def _row_of(clip: Clip) -> _Row:
    """Of one that the rows speak against, or that is on no shelf any more."""
    return _Row(
        clip.pk,
        clip.language,
        clip.themes,
        clip.storyteller_id,
        clip.brief_id,
        clip.used_at,
        clip.ready_at,
        fit=0,
    )


class _Weigh:
    """What one mention asks of a clip."""

    def __init__(self, mention: Mention, *, at: datetime) -> None:
        self.mention = mention
        self.at = at
        self.language = mention.lang.partition("-")[0]
        lexicon = themes.lexicon(mention.campaign_id)
        self.themes = lexicon.themes(mention.text, lang=mention.lang)
        said = set(words.of(mention.text))
        named = places(mention.campaign_id)
        self.places = [pk for pk, _, name in named if not said.isdisjoint(words.of(name))]
        self.briefs = list(Brief.objects.filter(mention=mention.pk).values_list("pk", flat=True))
        self.said = spoken.index(mention.campaign_id).match(mention.text)
        self.answers = _answers_today(mention.campaign_id, at=at)
        self.yields: Yields = petition_clips.yields(mention.campaign_id)
        self.average = self.yields.average

    def in_rows(self) -> Combinable:
        """As points, by what the database knows."""
        speaks = _points(Q(language=self.language), LANGUAGE)
        rested = _points(Q(used_at__gt=self.at - REST), TIRED_CLIP)
        tired = [pk for pk, times in self.answers.items() if times >= OFTEN]
        spared = _points(Q(storyteller__in=tired), TIRED_PERSON)
        fresh = _points(Q(ready_at__gt=self.at - FRESH) | Q(used_at=None), NEW)
        fit: Combinable = speaks + rested + spared + fresh
        # Most mentions have no brief and name no place: then no row is asked for either.
        if self.briefs:
            fit = fit + _points(Q(brief__in=self.briefs), FOR_THEM)
        if self.places:
            fit = fit + _points(Q(storyteller__place__in=self.places), PLACE)
        for theme in self.themes[:4]:
            fit = fit + _points(Q(themes__contains=[theme]), A_THEME)
        return fit

    def saying(self) -> list[UUID]:
        """The clips that have most words in common with it, which no row knows."""
        return sorted(self.said, key=lambda clip: -self.said[clip][0])[:SAYING]

    def order(self, row: _Row) -> tuple[int, float, float]:
        """The best first, of equals the one that rested longest."""
        used, ready = row.used_at, row.ready_at
        return (
            -self.points(row),
            used.timestamp() if used else 0.0,
            -ready.timestamp() if ready else 0.0,
        )

    def points(self, row: _Row) -> int:
        """With what is not in its row."""
        score, _ = self.said.get(row.pk, (0.0, []))
        likely = self.yields.likely(row.pk, average=self.average)
        better = (likely - self.average) / self.average if self.average else 0.0
        points = row.fit + round(SAID_MOST * score)
        points += round(YIELD_MOST * max(-1.0, min(1.0, better)))
        return points - max(0, A_THEME * len(self._shared(row)) - THEMES_MOST)

    def told(self, rows: list[_Row], *, consents: dict[int, Terms]) -> list[Suggestion]:
        """Whole, with their keys, consents and captions: one query each for all."""
        clips = Clip.objects.select_related("storyteller__place").only(*_SHOWN)
        whole = clips.order_by().in_bulk([row.pk for row in rows])
        found = [self._told(row, whole[row.pk], consents) for row in rows if row.pk in whole]
        ordered = _matched(self.mention, found)
        spoken.load_captions([one.clip for one in ordered[:1]])  # only that one is shown whole
        return [
            replace(one, number=at + 1 if at < KEYS else None) for at, one in enumerate(ordered)
        ]

    def _told(self, row: _Row, clip: Clip, consents: dict[int, Terms]) -> Suggestion:
        return Suggestion(
            clip=clip,
            number=None,
            points=self.points(row),
            shared=self._shared(row),
            said=self.said.get(row.pk, (0.0, []))[1],
            from_there=clip.storyteller.place_id in self.places,
            answers_today=self.answers.get(row.storyteller, 0),
            rests_until=_rests_until(clip, at=self.at),
            done=self.yields.get(row.pk),
            average=self.average,
            consent=consents.get(row.storyteller),
            filmed_for_them=row.brief in self.briefs,
        )

    def _shared(self, row: _Row) -> list[str]:
        return [theme for theme in self.themes if theme in row.themes]


def _matched(mention: Mention, found: list[Suggestion]) -> list[Suggestion]:
    """In the order that a model of the newsroom's own gives them, where one is set up."""
    pairs = [(str(one.clip.pk), f"{one.clip.title}. {one.clip.quote}") for one in found]
    scores = matcher.scores(mention.text, lang=mention.lang, clips=pairs)
    if not scores:
        return found
    points = {one.clip.pk: MATCH_MOST * scores.get(str(one.clip.pk), 0.0) for one in found}
    return sorted(found, key=lambda one: -(one.points + points[one.clip.pk]))


def coverage(campaign: Campaign) -> dict[str, int]:
    """How many clips are ready for each theme, at most half a minute old."""
    key = f"shelf-coverage:{campaign.pk}"
    kept = cache.get(key)
    if not isinstance(kept, dict):
        theme = Func(F("themes"), function="unnest", output_field=CharField())
        ready = Clip.objects.filter(campaign=campaign).ready().order_by()
        counted = ready.annotate(theme=theme).values("theme").annotate(number=Count("pk"))
        kept = dict(counted.values_list("theme", "number"))
        cache.set(key, kept, COVERAGE_LASTS)
    return kept


def totals(campaign: int) -> tuple[int, int]:
    """How many clips are ready, and how many of them rest; at most half a minute old."""
    key = f"shelf-totals:{campaign}"
    kept: tuple[int, int] | None = cache.get(key)
    if kept is None:
        resting = Q(used_at__gt=timezone.now() - REST)
        found = (
            Clip.objects.filter(campaign=campaign)
            .ready()
            .aggregate(ready=Count("pk"), resting=Count("pk", filter=resting))
        )
        kept = (found["ready"], found["resting"])
        cache.set(key, kept, COVERAGE_LASTS)
    return kept


def places(campaign: int) -> list[tuple[int, str, str]]:
    """Id, slug and name of where the campaign's storytellers are; at most half a minute old."""
    key = f"shelf-places:{campaign}"
    kept: list[tuple[int, str, str]] | None = cache.get(key)
    if kept is None:
        found = Place.objects.filter(storytellers__campaign=campaign).distinct()
        kept = list(found.values_list("pk", "slug", "name"))
        cache.set(key, kept, COVERAGE_LASTS)
    return kept


def _narrowed(usable: "QuerySet[Clip]", wanted: Wanted, *, at: datetime) -> "QuerySet[Clip]":
    for word in wanted.words.split()[:6]:
        usable = usable.filter(_matching(word))
    if wanted.language:
        usable = usable.filter(language=wanted.language)
    if wanted.theme:
        usable = usable.filter(themes__contains=[wanted.theme])
    if wanted.place:
        usable = usable.filter(storyteller__place__slug=wanted.place)
    if wanted.rested:
        usable = usable.filter(Q(used_at=None) | Q(used_at__lte=at - REST))
    return usable


def _points(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())


#: Of each storyteller the answers that went out, or are about to.
_ANSWERS = Prepared(
    lambda: (
        Reply.objects.filter(
            account__campaign=Given("campaign"),
            status__in=[Reply.Status.APPROVED, Reply.Status.POSTING, Reply.Status.POSTED],
            approved_at__gt=Given("after"),
        )
        .order_by()
        .values_list("clip__storyteller")
        .annotate(Count("pk"))
    )
)


def _answers_today(campaign: int, *, at: datetime) -> dict[int, int]:
    """Storyteller → how many answers of theirs went out, or are about to, within a day."""
    return dict(_ANSWERS.all(campaign=campaign, after=at - A_DAY))


def _matching(word: str) -> Q:
    return (
        Q(title__icontains=word)
        | Q(quote__icontains=word)
        | Q(storyteller__public_name__icontains=word)
        | Q(storyteller__place__name__icontains=word)
        | Q(themes__contains=[word.lower()])
    )


def _rests_until(clip: Clip, *, at: datetime) -> datetime | None:
    if clip.used_at is None or clip.used_at + REST <= at:
        return None
    return clip.used_at + REST


_CONSENTS = Prepared(
    lambda: (
        Consent.objects.valid(network=Given("network"), campaign=Given("campaign"), at=Given("at"))
        .order_by()
        .values_list(*Terms._fields)
    )
)


def _consents(mention: Mention, *, at: datetime) -> dict[int, Terms]:
    """Storyteller → the consent by which their clips may answer it."""
    found = _CONSENTS.all(network=mention.network, campaign=mention.campaign_id, at=at)
    return {terms.storyteller_id: terms for terms in map(Terms._make, found)}
