"""Every language of the field says everything, with the same braces."""

import re
from dataclasses import asdict

import pytest

from tests.process.helpers import ROOT
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


@pytest.mark.parametrize("language", sorted(WORDS))
def test_printed_page_names_things_as_the_phone_does(language: str) -> None:
    page = (ROOT / "docs" / "crew" / f"{language}.html").read_text()
    words = WORDS[language]
    named = [words.accept, words.cannot, words.ask_london, words.on_duty, words.send_to_london]
    named += [words.safely_in_london, re.split("[:：]| :", words.voice_only)[0].strip()]
    assert [word for word in named if word not in page] == []
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page


def test_words_are_found_by_language_with_or_without_a_country() -> None:
    assert wording.speak("ar-LB") is WORDS["ar"]
    assert wording.speak("xx") is WORDS["en"]
