"""Which clips fit a mention, best first, each with its reasons in words.

Simple reasons on purpose: the language spoken, the themes that the tweet's words touch, how long
the clip has rested. An editor decides; this only spares them the search.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Case, CharField, Count, F, Func, IntegerField, Q, Value, When
from django.utils import timezone

from campaign.intake import themes
from campaign.models import Campaign, Mention
from responders import wording
from videos.models import Clip
from videos.models import Consent as ConsentModel

MOST = 30
REST = timedelta(hours=1)
COVERAGE_LASTS = 30

LANGUAGE_NAMES = {
    "en": "English",
    "fr": "French",
    "ar": "Arabic",
    "sw": "Swahili",
    "de": "German",
    "es": "Spanish",
}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One clip on the shelf. `number` is its key, 1 to 5, or None further down."""

    clip: Clip
    number: int | None
    shared: list[str]
    same_language: bool
    rests_until: datetime | None
    consent: ConsentModel | None = field(default=None)
    filmed_for_them: bool = False

    @property
    def language(self) -> str:
        return language_name(self.clip.language)

    @property
    def reasons(self) -> list[str]:
        """What speaks for it, or what to know: at most three."""
        said = ["Filmed for them"] if self.filmed_for_them else []
        said += [theme.capitalize() for theme in self.shared[:1]]
        said.append(self.language)
        if self.clip.voice_only:
            said.append("voice only")
        said.append(self.rest)
        return [word for word in said if word][:3]

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


def language_name(code: str) -> str:
    return LANGUAGE_NAMES.get(code.split("-", maxsplit=1)[0], code)


def suggest(mention: Mention, *, words: str = "", chosen: Clip | None = None) -> list[Suggestion]:
    """The clips that may answer it, best first, the chosen one at the top; `words` narrow them."""
    now = timezone.now()
    touched = set(themes.lexicon(mention.campaign_id).themes(mention.text, lang=mention.lang))
    usable = Clip.objects.filter(campaign=mention.campaign_id).ready()
    usable = usable.with_consent(network=mention.network, at=now)
    if words.strip():
        usable = usable.filter(_matching(words.strip()))
    ranked = (
        usable.alias(fit=_fit(mention, touched, at=now))
        .select_related("storyteller__place", "brief")
        .order_by("-fit", F("used_at").asc(nulls_first=True), "-ready_at")
    )
    found = list(ranked[:MOST])
    if chosen is not None and not words.strip():
        found = [chosen, *(clip for clip in found if clip.pk != chosen.pk)]
    consents = _consents(found)
    return [
        Suggestion(
            clip=clip,
            number=index + 1 if index < 5 else None,
            shared=sorted(touched & set(clip.themes)),
            same_language=_speaks(clip, mention),
            rests_until=_rests_until(clip, at=now),
            consent=consents.get(clip.storyteller_id),
            filmed_for_them=clip.brief is not None and clip.brief.mention_id == mention.pk,
        )
        for index, clip in enumerate(found)
    ]


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


def _fit(mention: Mention, touched: set[str], *, at: datetime) -> Case | Value:
    short = mention.lang.split("-", maxsplit=1)[0]
    speaks = Case(When(language=short, then=Value(4)), default=Value(0))
    about = Case(
        When(themes__overlap=sorted(touched) or ["-"], then=Value(3)),
        default=Value(0),
        output_field=IntegerField(),
    )
    rested = Case(
        When(Q(used_at=None) | Q(used_at__lte=at - REST), then=Value(6)),
        default=Value(0),
        output_field=IntegerField(),
    )
    # Filmed for this very person: before all others, resting or not.
    theirs = Case(When(brief__mention=mention.pk, then=Value(100)), default=Value(0))
    return theirs + speaks + about + rested  # type: ignore[return-value]  # an expression of the three


def _matching(words: str) -> Q:
    return (
        Q(title__icontains=words)
        | Q(quote__icontains=words)
        | Q(storyteller__public_name__icontains=words)
        | Q(storyteller__place__name__icontains=words)
        | Q(themes__contains=[words.lower()])
    )


def _speaks(clip: Clip, mention: Mention) -> bool:
    return clip.language.split("-", maxsplit=1)[0] == mention.lang.split("-", maxsplit=1)[0]


def _rests_until(clip: Clip, *, at: datetime) -> datetime | None:
    if clip.used_at is None or clip.used_at + REST <= at:
        return None
    return clip.used_at + REST


def _consents(clips: Iterable[Clip]) -> dict[int, ConsentModel]:
    people = {clip.storyteller_id for clip in clips}
    versions = ConsentModel.objects.filter(storyteller__in=people).order_by("version")
    return {consent.storyteller_id: consent for consent in versions}
