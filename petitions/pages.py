"""What a public page shows, found in two queries and free of anything about its reader."""

import bisect
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation.trans_real import parse_accept_lang_header
from markdown_it import MarkdownIt

from campaign.languages import base, digits, language_name
from petitions.actions import links
from petitions.models import CountSnapshot, Petition, PetitionText, TrackedLink
from petitions.wording import RIGHT_TO_LEFT, WORDS, Words, date, number, speak

LINK_SLUG = re.compile(r"[a-z0-9]{5,12}")
#: Seconds for which a process remembers a page for those who sign it.
REMEMBERED = 2
#: The steps that a petition is shown to be on its way to.
STEPS = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
    1_000_000, 2_500_000, 5_000_000, 10_000_000,
]  # fmt: skip

_markdown = MarkdownIt("commonmark", {"html": False}).disable("image")


def prose(text: str) -> SafeString:
    """Markdown as HTML. HTML in it is shown, not obeyed; links go to http(s) and mailto alone."""
    return SafeString(_markdown.render(text))


@dataclass(frozen=True, slots=True)
class Language:
    code: str
    name: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Captions:
    code: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class Progress:
    """How far the petition is, in numbers and as written in the page's language."""

    confirmed: int
    pending: int
    removed: int
    step: int
    language: str
    elsewhere: int = 0

    @property
    def confirmed_share(self) -> float:
        return min(100.0, round(100 * self.confirmed / self.step, 2))

    @property
    def pending_share(self) -> float:
        return min(100.0 - self.confirmed_share, round(100 * self.pending / self.step, 2))

    @property
    def confirmed_number(self) -> str:
        return number(self.confirmed, self.language)

    @property
    def next_step(self) -> str:
        return speak(self.language).next_step.format(n=number(self.step, self.language))

    @property
    def elsewhere_words(self) -> str:
        words = speak(self.language).elsewhere
        return words.format(n=number(self.elsewhere, self.language)) if self.elsewhere else ""

    @property
    def others(self) -> str:
        return speak(self.language).still_to_confirm.format(
            pending=number(self.pending, self.language), removed=number(self.removed, self.language)
        )


@dataclass(frozen=True)
class Page:
    """A petition in one language, perhaps reached through one reply's link."""

    petition: Petition
    text: PetitionText
    texts: Sequence[PetitionText]
    link: TrackedLink | None
    #: When its reader confirmed, where the page is theirs alone.
    confirmed_at: datetime | None = None

    @property
    def language(self) -> str:
        return self.text.language

    @property
    def direction(self) -> str:
        return "rtl" if self.language in RIGHT_TO_LEFT else "ltr"

    @property
    def words(self) -> Words:
        return speak(self.language)

    @property
    def title_sentences(self) -> list[str]:
        """A line breaks between sentences sooner than within one."""
        return re.split(r"(?<=[.?!؟])\s+", self.text.title)

    @property
    def body(self) -> SafeString:
        return prose(self.text.body)

    @property
    def outcome(self) -> SafeString:
        return prose(self.text.outcome)

    @property
    def handed_over(self) -> str:
        on = self.petition.handed_over_on
        return self.words.handed_over.format(date=date(on, self.language)) if on else ""

    @property
    def shows_video(self) -> bool:
        return self.link is not None and self.link.clip_id is not None

    @property
    def name(self) -> str:
        """Who speaks, as far as they let us say it."""
        return (self.link.shown_name if self.link else "") or self.words.somebody

    @property
    def hear(self) -> str:
        return self.words.hear.format(name=self.name)

    @property
    def read(self) -> str:
        return self.words.read.format(name=self.name)

    @property
    def answers(self) -> str:
        return self.words.answers.format(name=self.name)

    @property
    def video_of(self) -> str:
        return self.words.video_of.format(name=self.name)

    @property
    def length(self) -> str:
        """Of the film: 0:42; empty where nobody has told."""
        seconds = self.link.seconds if self.link else None
        return digits(f"{seconds // 60}:{seconds % 60:02d}", self.language) if seconds else ""

    @cached_property
    def captions(self) -> list[Captions]:
        """Of the film, those in the page's language first and switched on."""
        codes = self.link.captions if self.link else []
        found = [
            Captions(code, language_name(code, self.language), base(code) == self.language)
            for code in codes
        ]
        return sorted(found, key=lambda one: not one.chosen)

    @cached_property
    def progress(self) -> Progress:
        return progress(self.petition, language=self.language, confirmed_at=self.confirmed_at)

    def address(self, *, language: str = "") -> str:
        """This page's own, with the link it was reached by, so that a signature keeps it."""
        facts = {"lang": language or self.language}
        if self.link:
            facts["l"] = self.link.slug
        return f"{reverse('petition', kwargs={'slug': self.petition.slug})}?{urlencode(facts)}"

    @property
    def public_address(self) -> str:
        """The one that is passed on: it names no reply."""
        path = reverse("petition", kwargs={"slug": self.petition.slug})
        return f"{settings.PUBLIC_URL}{path}?{urlencode({'lang': self.language})}"

    @property
    def external_address(self) -> str:
        """Where people sign when that is not here; told by which link they came."""
        if self.link is None:
            return self.petition.external_url
        return links.external_address(self.petition, source=self.link.slug)

    @property
    def player_address(self) -> str:
        path = reverse("petition-player", kwargs={"slug": self.petition.slug})
        slug = self.link.slug if self.link else ""
        return f"{settings.PUBLIC_URL}{path}?{urlencode({'lang': self.language, 'l': slug})}"

    @property
    def public_root(self) -> str:
        return settings.PUBLIC_URL

    @property
    def languages(self) -> list[Language]:
        names = dict(settings.LANGUAGES)
        return [
            Language(
                code=text.language,
                name=str(names.get(text.language, text.language)),
                url=self.address(language=text.language),
                chosen=text.language == self.language,
            )
            for text in self.texts
        ]


def progress(
    petition: Petition, *, language: str, confirmed_at: datetime | None = None
) -> Progress:
    """As last counted; nothing yet before the first count. `petition` comes with its count.

    Whoever confirmed after that sees their own name counted.
    """
    try:
        count = petition.count
    except CountSnapshot.DoesNotExist:
        count = CountSnapshot(petition=petition, counted_at=petition.opens_at)
    own = 1 if confirmed_at and confirmed_at > count.counted_at else 0
    confirmed = count.confirmed + own
    return Progress(
        confirmed=confirmed,
        pending=max(0, count.pending - own),
        removed=count.removed,
        step=next_step(confirmed, goal=petition.goal),
        language=language,
        elsewhere=count.elsewhere,
    )


def next_step(confirmed: int, *, goal: int) -> int:
    """The nearest step that is not reached: never past the goal before the goal."""
    position = bisect.bisect_right(STEPS, confirmed)
    step = STEPS[position] if position < len(STEPS) else 2 * confirmed
    return min(step, goal) if confirmed < goal else step


def find(
    slug: str, *, link: str = "", language: str = "", accepts: str = "", remembered: bool = False
) -> Page:
    """The page for a reader who asks for a language, or whose browser prefers some.

    `link` is the slug of the reply's link that brought them. Raises `Http404` when there is no
    such petition, or it has not opened. With `remembered` it may be a few seconds old: hundreds
    sign the same page at once.
    """
    texts, came_by = (_remembered if remembered else _find)(slug, link)
    if not texts:
        raise Http404
    petition = texts[0].petition
    wanted = [language, *preferred(accepts), came_by.language if came_by else "", "en"]
    by_language = {text.language: text for text in texts}
    chosen = next((one for one in wanted if one in by_language), texts[0].language)
    return Page(petition=petition, text=by_language[chosen], texts=texts, link=came_by)


def _find(slug: str, link: str) -> tuple[list[PetitionText], TrackedLink | None]:
    texts = list(
        PetitionText.objects.filter(petition__slug=slug, petition__in=Petition.objects.public())
        .select_related("petition__campaign", "petition__count")
        .order_by("id")
    )
    return texts, find_link(link, petition=texts[0].petition) if texts else None


def _remembered(slug: str, link: str) -> tuple[list[PetitionText], TrackedLink | None]:
    return _find_once(slug, link, int(time.monotonic()) // REMEMBERED)


@lru_cache(maxsize=256)
def _find_once(slug: str, link: str, _moment: int) -> tuple[list[PetitionText], TrackedLink | None]:
    return _find(slug, link)


def tracked(slug: str) -> TrackedLink:
    """The link of that slug with its petition, as it was at most two seconds ago: a reply that many
    read brings many at once. Raises `Http404`."""
    return _tracked_once(slug, int(time.monotonic()) // REMEMBERED)


@lru_cache(maxsize=4_096)
def _tracked_once(slug: str, _moment: int) -> TrackedLink:
    return get_object_or_404(TrackedLink.objects.select_related("petition"), slug=slug)


def forget() -> None:
    """Look at every petition and link anew in this process."""
    _find_once.cache_clear()
    _tracked_once.cache_clear()


def find_link(slug: str, *, petition: Petition) -> TrackedLink | None:
    """The reply's link of that slug, when it is one and belongs to this petition."""
    if not LINK_SLUG.fullmatch(slug):
        return None
    return TrackedLink.objects.filter(slug=slug, petition=petition).first()


def language_of(wanted: Sequence[str]) -> str:
    """The first of these that we speak, for pages that belong to no petition."""
    return next((one for one in wanted if one in WORDS), "en")


def listed(language: str) -> tuple[list[Page], list[Page]]:
    """Every petition that the public may see, open ones and closed ones, the newest first."""
    by_petition: dict[Petition, list[PetitionText]] = {}
    texts = (
        PetitionText.objects.filter(petition__in=Petition.objects.public())
        .select_related("petition__campaign", "petition__count")
        .order_by("-petition__opens_at", "-petition_id", "id")
    )
    for text in texts:
        by_petition.setdefault(text.petition, []).append(text)
    found = [
        Page(
            petition=petition,
            text=next((one for one in own if one.language == language), own[0]),
            texts=own,
            link=None,
        )
        for petition, own in by_petition.items()
    ]
    return (
        [page for page in found if not page.petition.is_closed],
        [page for page in found if page.petition.is_closed],
    )


def preferred(accepts: str) -> list[str]:
    """The languages of an Accept-Language header, best first, without their countries."""
    return [language.split("-", maxsplit=1)[0] for language, _ in parse_accept_lang_header(accepts)]
