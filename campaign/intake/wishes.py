"""Whether somebody asks to be left alone: the words are data, `opt_out_words.json`.

A call to stop a war is no such wish. So a bare word counts only when it is all that a post says,
beside names, hashtags, links and politeness; a whole phrase counts wherever it stands.
"""

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("opt_out_words.json")
LANGUAGES = ("en", "fr", "ar", "sw", "de", "es")

_NAMES = re.compile(r"[@#]\w+|https?://\S+")
_APOSTROPHES = re.compile("['’‘`´]")
_NO_WORD = re.compile(r"[\W_]+")


def found_in(text: str) -> str | None:
    """The words by which a post asks us to leave its author alone, as the file has them."""
    alone, anywhere, polite = _words()
    said = f" {_plain(_NAMES.sub(' ', text))} "
    for phrase, words in anywhere.items():
        if f" {phrase} " in said:
            return words
    for phrase in polite:
        said = said.replace(f" {phrase} ", " ")
    return alone.get(said.strip())


@cache
def _words() -> tuple[dict[str, str], dict[str, str], list[str]]:
    """By their plain form. Longer polite words first, so that none leaves a part of it behind."""
    listed = json.loads(FILE.read_text())
    alone, anywhere = (
        {_plain(words): words for language in LANGUAGES for words in listed[language][kind]}
        for kind in ("alone", "anywhere")
    )
    polite = sorted((_plain(words) for words in listed["polite"]), key=len, reverse=True)
    return alone, anywhere, polite


def _plain(text: str) -> str:
    """Lower case, single spaces, without accents, vowel signs, punctuation and emoji."""
    bare = _APOSTROPHES.sub("", text).casefold()
    if not bare.isascii():
        letters = unicodedata.normalize("NFKD", bare)
        bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(_NO_WORD.sub(" ", bare).split())
