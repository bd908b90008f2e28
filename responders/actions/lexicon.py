"""A campaign's own words for its themes, in place of those that the newsroom came with."""

import re
from collections.abc import Mapping

from django.db import transaction

from campaign import audit
from campaign.intake import themes, words
from campaign.models import Campaign, ThemeWords, User

MOST_ENTRIES = 400
LONGEST_ENTRY = 60
_BETWEEN = re.compile(r"[,،\n]")


class WordsRefused(Exception):
    """They cannot be kept as they are; the text is for the person who wrote them."""


def change(campaign: Campaign, *, language: str, said: Mapping[str, str], by: User) -> list[str]:
    """Keep what was SAID (theme or doubt → its entries, with commas). Returns what changed.

    What is the same as the newsroom's own follows it from now on, also when it grows. Raises
    WordsRefused and changes nothing.
    """
    shipped = themes.shipped().get(language)
    if shipped is None:
        raise WordsRefused(f"There are no word lists in “{language}”.")
    read = {theme: _read(theme, said[theme]) for theme in shipped if theme in said}
    changed = []
    with transaction.atomic():
        before = dict(themes.lexicon(campaign.pk).entries.get(language, {}))
        for theme, entries in read.items():
            own = ThemeWords.objects.filter(campaign=campaign, language=language, theme=theme)
            if entries == shipped[theme]:
                own.delete()
            elif entries != before.get(theme):
                own.update_or_create(
                    campaign=campaign, language=language, theme=theme, defaults={"entries": entries}
                )
            if entries != before.get(theme):
                changed.append(theme)
        if changed:
            after = {"language": language, "themes": changed}
            audit.record("changed the words of themes", campaign, after=after, by=by)
    themes.forget(campaign.pk)
    return changed


def _read(theme: str, said: str) -> list[str]:
    entries = [" ".join(one.split()) for one in _BETWEEN.split(said.replace("\x00", ""))]
    entries = list(dict.fromkeys(one for one in entries if one))
    if len(entries) > MOST_ENTRIES:
        raise WordsRefused(f"“{theme}” has {len(entries)} entries; {MOST_ENTRIES} are the most.")
    for entry in entries:
        if len(entry) > LONGEST_ENTRY:
            raise WordsRefused(f"“{entry[:30]}…” is longer than {LONGEST_ENTRY} characters.")
        if "*" in entry.strip("*"):
            raise WordsRefused(f"“{entry}”: a * stands before a word or after it, not in it.")
        if not any(len(word) > 1 for word in words.of(entry)):
            raise WordsRefused(f"“{entry}” has no word in it; it would fit everything or nothing.")
    return entries
