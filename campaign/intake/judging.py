"""What the newsroom makes of a mention by itself: themes, doubt, priority, place, index.

Used when a mention comes, and again when the rules change: the campaign's words or languages, or
the themes of which a clip is ready.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaign.intake import countries, filters, index, priority, themes
from campaign.models import Campaign, Ranking


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of a mention that decide."""

    text: str
    lang: str
    received_at: datetime
    replyable: bool
    replyable_reason: str
    author_handle: str
    author_name: str
    author_location: str
    author_followers: int | None


@dataclass(frozen=True, slots=True)
class Judge:
    """A campaign's rules, as they are now."""

    lexicon: themes.Lexicon
    languages: frozenset[str]
    answerable: frozenset[str]

    def judge(self, known: Known) -> dict[str, Any]:
        """Attributes of the mention, by name."""
        touched = self.lexicon.themes(known.text, lang=known.lang)
        country = countries.of(known.author_location) if known.author_location else ""
        parts = priority.parts(
            text=known.text,
            lang=known.lang,
            followers=known.author_followers,
            replyable=known.replyable,
            has_clip=not self.answerable.isdisjoint(touched),
            languages=self.languages,
        )
        points = priority.total(parts)
        marks = index.marks(
            handle=known.author_handle,
            language=known.lang,
            themes=touched,
            living_in=country,
            followers=known.author_followers,
            sure=known.replyable and known.replyable_reason != filters.Summons.THREAD,
        )
        return {
            "themes": touched,
            "doubt": self.lexicon.doubt(known.text, lang=known.lang),
            "country": country,
            "priority": points,
            "priority_parts": parts,
            "queue_at": priority.place(known.received_at, points),
            "search": index.vector(_texts(known), marks),
        }

    @property
    def rules(self) -> str:
        """A hash of all that decides; another one means that the queue is to be ranked anew."""
        facts = [self.lexicon.entries, sorted(self.languages), sorted(self.answerable), VERSION]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


#: To be raised when this module, or what it uses, decides otherwise than before.
VERSION = 1


def of(campaign: Campaign, *, answerable: Iterable[str] | None = None) -> Judge:
    """The campaign's judge; ANSWERABLE are the themes with a ready clip, as last ranked if None."""
    if answerable is None:
        ranking = Ranking.objects.filter(campaign=campaign).first()
        answerable = ranking.answerable if ranking else ()
    return Judge(
        lexicon=themes.lexicon(campaign.pk),
        languages=frozenset(campaign.languages),
        answerable=frozenset(answerable),
    )


def _texts(known: Known) -> tuple[str, ...]:
    return (known.text, known.author_handle, known.author_name, known.author_location)
