"""Every language of the field says everything, with the same braces."""

import re
from dataclasses import asdict

import pytest

from videos import wording
from videos.models import Brief
from videos.themes import THEMES
from videos.wording import WORDS

BRACES = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("language", sorted(set(WORDS) - {"en"}))
def test_languages_say_the_same_things(language: str) -> None:
    english, other = asdict(WORDS["en"]), asdict(WORDS[language])
    assert set(english.pop("theme_names")) == set(other.pop("theme_names")) == set(THEMES)
    assert set(english.pop("refusals")) == set(other.pop("refusals")) == set(Brief.Refusal.values)

    assert {name for name, text in other.items() if not text.strip()} == set()
    assert {name: sorted(BRACES.findall(text)) for name, text in other.items()} == {
        name: sorted(BRACES.findall(text)) for name, text in english.items()
    }


def test_words_are_found_by_language_with_or_without_a_country() -> None:
    assert wording.speak("ar-LB") is WORDS["ar"]
    assert wording.speak("xx") is WORDS["en"]
