"""Texts as words that compare: without case, accents, vowel signs and small words written along.

What search looks for, what gives a tweet its themes and where a person lives are all found among
these words, so that one rule says for every language what counts as the same word.
"""

import re
import unicodedata
from functools import lru_cache

LONGEST = 60
#: A text is read for its themes, for doubts and for the index, one right after the other.
REMEMBERED = 16

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f\u064b-\u065f\u0670\u0640]+[^\W_]*)*")
_SAME = str.maketrans({"ى": "ي", "ة": "ه", "ـ": None, "ی": "ي", "ک": "ك", "œ": "oe", "æ": "ae"})
_ARABIC = re.compile("[\u0621-\u06ff]")
#: The article; and, so, with, for, like: written together with the next word.
_ALONG = ("ال", "لل", "و", "ف", "ب", "ل", "ك", "ال")
SHORTEST_STEM = 3


def in_arabic(text: str) -> bool:
    """Whether any letter of it is Arabic."""
    return bool(_ARABIC.search(text))


def fold(word: str) -> str:
    """`École` and `ecole`, `أطفال` and `اطفال` become the same."""
    if word.isascii():
        return word.lower()
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).translate(_SAME)


@lru_cache(maxsize=REMEMBERED)
def found(text: str) -> tuple[tuple[int, int, str], ...]:
    """Each word of the text: where it begins and ends, and as it compares."""
    words = (
        (match.start(), match.end(), fold(match[0])[:LONGEST]) for match in _WORD.finditer(text)
    )
    return tuple(word for word in words if word[2])


def of(text: str) -> list[str]:
    """The words of the text as they compare, in order."""
    return [word for _, _, word in found(text)]


def stems(folded: str) -> list[str]:
    """The word, and in Arabic what it is without the article and the small words before it."""
    if folded.isascii() or not _ARABIC.match(folded):
        return [folded]
    shorter = dict.fromkeys([folded])
    for along in _ALONG:
        for whole in list(shorter):
            rest = whole.removeprefix(along)
            if rest != whole and len(rest) >= SHORTEST_STEM:
                shorter[rest] = None
    return list(shorter)
