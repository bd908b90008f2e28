"""Which country somebody says they live in, from the free text of their profile.

A guess for a filter and nothing else. Country names come from Unicode's data (Babel) in the
newsroom's languages, cities from `cities.toml`; whatever is not plainly one of them is "".
"""

import tomllib
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale

from campaign.intake import words
from campaign.intake.themes import LANGUAGES

CITIES = Path(__file__).parent / "cities.toml"
LONGEST_NAME = 4


@lru_cache(maxsize=4_096)
def of(location: str) -> str:
    """ISO 3166 code, or ""."""
    said = words.of(location)
    names = _names()
    for length in range(min(LONGEST_NAME, len(said)), 0, -1):
        # What stands last is the wider: "Paris, Texas, USA".
        for start in range(len(said) - length, -1, -1):
            if code := names.get(" ".join(said[start : start + length])):
                return code
    return ""


def name(code: str) -> str:
    """In English; the code itself where there is none."""
    return str(Locale("en").territories.get(code, code))


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in LANGUAGES:
        for code, called in Locale(language).territories.items():
            if (
                len(code) == 2
                and code.isalpha()
                and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB"}
            ):
                names.setdefault(" ".join(words.of(called)), code)
    for code, called in tomllib.loads(CITIES.read_text(encoding="utf-8")).items():
        names |= {" ".join(words.of(one)): code for one in called}
    return names
