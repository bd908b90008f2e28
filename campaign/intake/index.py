"""What a mention is found by: its words, and the facts that the desk filters by.

Both stand in one `tsvector`, so that one index serves any search with any filters. The words are
compared as `words.py` says and not as PostgreSQL's dictionaries do: the same rule for every
language, on every server, whatever its locale.
"""

import re
from collections.abc import Iterable

from campaign.intake import words

#: Followers from which each mark stands.
REACHES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
MOST_WORDS = 20
SURE = "is:sure"

_HANDLE = re.compile(r"@([A-Za-z0-9_]{1,80})")


def lang(code: str) -> str:
    return f"lang:{code.partition('-')[0]}"


def theme(code: str) -> str:
    return f"theme:{code}"


def country(code: str) -> str:
    return f"in:{code}"


def reach(name: str) -> str:
    return f"reach:{name}"


def vector(texts: Iterable[str], marks: Iterable[str]) -> str:
    """A `tsvector` in PostgreSQL's own writing."""
    found = {stem for text in texts for word in words.of(text) for stem in words.stems(word)}
    return " ".join(f"'{one}'" for one in sorted(found | set(marks)))


def marks(
    *,
    handle: str,
    language: str,
    themes: Iterable[str],
    living_in: str,
    followers: int | None,
    sure: bool,
) -> list[str]:
    """Everything but the words. SURE: the network lets us answer without a doubt."""
    found = [f"@{handle.lower()}", lang(language), *map(theme, themes)]
    if living_in:
        found.append(country(living_in))
    if sure:
        found.append(SURE)
    return found + [reach(name) for name, least in REACHES.items() if (followers or 0) >= least]


def query(search: str, marked: Iterable[str] = (), any_of: Iterable[str] = ()) -> str:
    """A `tsquery`: every word (or its beginning) of SEARCH, every mark, and one of ANY_OF.

    "" if there is nothing to look for.
    """
    wanted = [f"'{part}':*" for part in _looked_for(search)]
    wanted += [_quoted(mark) for mark in marked]
    either = " | ".join(map(_quoted, any_of))
    return " & ".join([*wanted, f"({either})"] if either else wanted)


def _looked_for(search: str) -> list[str]:
    """`@name` looks for who wrote it, everything else for words."""
    parts: list[str] = []
    for part in search.split():
        handle = _HANDLE.fullmatch(part)
        parts += [f"@{handle[1].lower()}"] if handle else words.of(part)
    return parts[:MOST_WORDS]


def _quoted(mark: str) -> str:
    """As a lexeme, whatever stands in it: marks come out of addresses, too."""
    plain = mark.replace("\\", "").replace("'", "")
    return f"'{plain}'"
