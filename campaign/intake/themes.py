"""What a tweet is about, and whether it looks hostile or off topic, from its own words.

The words stand in `lexicon/<language>.toml`; a campaign may put its own in their place
(`ThemeWords`). A tweet is read with its own language's words, or with all where X saw no language.
What is written in Arabic letters is read as Arabic, whatever X took it for.
"""

import time
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from campaign.intake import words
from campaign.models import ThemeWords

FOLDER = Path(__file__).parent / "lexicon"
LANGUAGES = ("en", "fr", "ar", "sw", "de", "es")
ARABIC = "ar"
DOUBTS = ("hostile", "off_topic")
MOST_HASHTAGS = 6
KEPT_SECONDS = 30.0
REMEMBERED = 20_000

#: Theme or doubt → its entries, of one language.
Entries = Mapping[str, list[str]]


class Span(NamedTuple):
    """Words of a text that stand for something."""

    start: int
    end: int
    theme: str


@dataclass(slots=True)
class _Index:
    """Entries of any number of themes, ready to be looked for."""

    whole: dict[str, str] = field(default_factory=dict)
    beginnings: dict[str, str] = field(default_factory=dict)
    others: list[tuple[str, bool, str]] = field(default_factory=list)
    phrases: dict[str, list[tuple[list[str], str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    known: dict[str, str] = field(default_factory=dict)

    def add(self, entry: str, theme: str) -> None:
        parts = words.of(entry)
        if len(parts) > 1:
            self.phrases[parts[0]].append((parts, theme))
        elif parts and entry.startswith("*"):
            self.others.append((parts[0], entry.endswith("*"), theme))
        elif parts and entry.endswith("*"):
            self.beginnings.setdefault(parts[0], theme)
        elif parts:
            self.whole.setdefault(parts[0], theme)

    def theme(self, word: str) -> str:
        """What one word stands for, "" for nothing. Texts repeat their words: it remembers."""
        answer = self.known.get(word)
        if answer is None:
            answer = next(filter(None, map(self._look_up, words.stems(word))), "")
            if len(self.known) >= REMEMBERED:
                self.known.clear()
            self.known[word] = answer
        return answer

    def _look_up(self, word: str) -> str:
        if word in self.whole:
            return self.whole[word]
        for end in range(len(word), 1, -1):
            if word[:end] in self.beginnings:
                return self.beginnings[word[:end]]
        for part, anywhere, theme in self.others:
            if (part in word) if anywhere else word.endswith(part):
                return theme
        return ""

    def spans(self, text: str) -> list[Span]:
        read = words.found(text)
        spans = []
        at = 0
        while at < len(read):
            start, end, word = read[at]
            length, theme = self._phrase(read, at) if word in self.phrases else (1, "")
            theme = theme or self.theme(word)
            # A handle or a hashtag is a name and no part of the sentence.
            if theme and text[start - 1 : start] not in {"@", "#", "_"}:
                end = read[at + length - 1][1]
                spans.append(Span(start, end, theme))
            at += length
        return spans

    def _phrase(self, read: Sequence[tuple[int, int, str]], at: int) -> tuple[int, str]:
        for parts, theme in self.phrases[read[at][2]]:
            if [word for _, _, word in read[at : at + len(parts)]] == parts:
                return len(parts), theme
        return 1, ""


class Lexicon:
    """The words of one campaign."""

    def __init__(self, entries: Mapping[str, Entries]) -> None:
        """ENTRIES are by language, then by theme or doubt."""
        self.entries = entries
        self._themes: dict[str, _Index] = {}
        self._doubts: dict[str, _Index] = {}
        for language, lines in entries.items():
            self._add(language, lines)
        self._all = (_Index(), _Index())
        for lines in entries.values():
            _fill(*self._all, lines)

    def _add(self, language: str, lines: Entries) -> None:
        themes, doubts = _Index(), _Index()
        _fill(themes, doubts, lines)
        self._themes[language] = themes
        self._doubts[language] = doubts

    def spans(self, text: str, *, lang: str) -> list[Span]:
        """Where the words stand that gave a theme, in order."""
        return _spans(self._themes, self._all[0], text, lang=lang)

    def themes(self, text: str, *, lang: str) -> list[str]:
        """The codes of the themes that the text touches, each once, in order."""
        return list(dict.fromkeys(span.theme for span in self.spans(text, lang=lang)))

    def doubt(self, text: str, *, lang: str) -> str:
        """`hostile`, `off_topic` or "": a guess that puts a tweet into a lane of its own."""
        found = {one.theme for one in _spans(self._doubts, self._all[1], text, lang=lang)}
        if "hostile" in found:
            return "hostile"
        return "off_topic" if found or text.count("#") > MOST_HASHTAGS else ""


def _spans(known: Mapping[str, _Index], every: _Index, text: str, *, lang: str) -> list[Span]:
    own = known.get(_short(lang))
    arabic = words.in_arabic(text)
    if own is None or (_short(lang) == ARABIC and not arabic):
        return every.spans(text)
    if arabic and _short(lang) != ARABIC and ARABIC in known:
        return sorted({*own.spans(text), *known[ARABIC].spans(text)})
    return own.spans(text)


def _fill(themes: _Index, doubts: _Index, lines: Entries) -> None:
    for name, entries in lines.items():
        for entry in entries:
            (doubts if name in DOUBTS else themes).add(entry, name)


def _short(lang: str) -> str:
    return lang.partition("-")[0]


@cache
def shipped() -> dict[str, dict[str, list[str]]]:
    """The words that come with the newsroom: language → theme or doubt → entries."""
    read = {}
    for language in LANGUAGES:
        document = tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
        read[language] = document["themes"] | document["doubts"]
    return read


_kept: dict[int, tuple[float, Lexicon]] = {}


def lexicon(campaign: int) -> Lexicon:
    """The campaign's words, at most half a minute old."""
    now = time.monotonic()
    until, kept = _kept.get(campaign, (0.0, None))
    if kept is None or until < now:
        entries = _entries(ThemeWords.objects.filter(campaign=campaign))
        if kept is None or entries != kept.entries:
            kept = Lexicon(entries)
        _kept[campaign] = (now + KEPT_SECONDS, kept)
    return kept


def forget(campaign: int) -> None:
    """The words were changed here: read them again at once."""
    _kept.pop(campaign, None)


def _entries(own: Iterable[ThemeWords]) -> dict[str, Entries]:
    entries: dict[str, Entries] = {lang: dict(lines) for lang, lines in shipped().items()}
    for line in own:
        entries[line.language] = {**entries.get(line.language, {}), line.theme: list(line.entries)}
    return entries
