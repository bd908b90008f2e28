"""What the public pages and mails say, in every language that we speak.

One dataclass with a field for each text, so that a language that lacks one does not type-check.
Texts in braces are filled in by `str.format`.
"""

import datetime as dt
import unicodedata
from functools import cache

from babel.dates import format_date

from campaign.languages import RIGHT_TO_LEFT, base, locale, number
from petitions.wording import arabic, english, french, swahili
from petitions.wording.words import Words

__all__ = [
    "RIGHT_TO_LEFT",
    "WORDS",
    "Words",
    "countries",
    "country_codes",
    "date",
    "languages",
    "number",
    "speak",
]

WORDS: dict[str, Words] = {
    "en": english.WORDS,
    "fr": french.WORDS,
    "ar": arabic.WORDS,
    "sw": swahili.WORDS,
}
#: Parts of the world that nobody lives in, and codes that are no country's.
_NO_COUNTRY = frozenset(
    {"AC", "AQ", "BV", "CP", "CQ", "DG", "EA", "EU", "EZ", "HM", "IC", "QO", "TA", "UM", "UN"}
    | {"XA", "XB", "ZZ"}
)


def speak(language: str) -> Words:
    """Our words in a language; in English when we do not speak it."""
    return WORDS.get(base(language), english.WORDS)


def date(value: dt.date, language: str) -> str:
    return str(format_date(value, format="long", locale=locale(language)))


_countries: dict[str, list[tuple[str, str]]] = {}


def countries(language: str) -> list[tuple[str, str]]:
    """Codes and names (source: Unicode CLDR), by name as that language writes it."""
    if language not in _countries:
        names = locale(language).territories
        found = [
            (code, name)
            for code, name in names.items()
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
        ]
        _countries[language] = sorted(found, key=lambda one: _sorting(one[1]))
    return _countries[language]


@cache
def country_codes(language: str) -> frozenset[str]:
    return frozenset(code for code, _ in countries(language))


def _sorting(name: str) -> str:
    """Accents do not send a name to the end of the list: Égypte stands beside Espagne."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
