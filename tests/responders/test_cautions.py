"""What the composer and the second eyes are told about a reply."""

from typing import Any

import pytest

from responders import cautions, language
from tests import factories

pytestmark = pytest.mark.django_db

LINK = "http://testserver/s/abcde"


def warned(text: str, **facts: Any) -> list[str]:
    given = {"mention__author_handle": "tess", "link__slug": "abcde", "text": text}
    reply = factories.ReplyFactory(**given | facts)
    return [caution.words for caution in cautions.of(reply) if not caution.ok]


def test_a_whole_reply_has_no_warning() -> None:
    assert warned(f"Thank you @Tess, Leila has heard your words. {LINK} #iwelcome") == []


def test_handles_and_hashtags_count_as_whole_words() -> None:
    text = f"Thank you @tess_2, Leila has heard your words. {LINK} #IWelcomeHome"
    assert warned(text) == [
        "No @tess in the text.",
        "@tess_2 is told of this too: they did not ask.",
        "No #IWelcome in the text.",
    ]


@pytest.mark.parametrize(
    ("text", "facts", "words"),
    [
        (
            "Merci beaucoup pour vos mots, Leila vous répond",
            {},
            ["This reads as French; they wrote English."],
        ),
        (
            "Thank you so much for these words of yours",
            {"mention__lang": "ar"},
            ["This reads as English; they wrote Arabic."],
        ),
        (
            "Thank you so much for these words of yours",
            {"mention__lang": "tr"},
            ["tr to English: nobody here answers in theirs."],
        ),
        ("Thank you so much for these words", {"mention__lang": "und"}, []),
        ("OK", {}, []),
    ],
)
def test_language_is_held_beside_theirs(text: str, facts: dict[str, Any], words: list[str]) -> None:
    assert warned(f"{text} @tess {LINK} #IWelcome", **facts) == words


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "@tess ",
            "",
            ["X lays this out from left to right: begin with a word, not with a handle."],
        ),
        ("", " @tess", []),
    ],
)
def test_arabic_that_begins_with_a_handle_runs_the_wrong_way(
    before: str, after: str, told: list[str]
) -> None:
    text = f"{before}ليلى سمعتك وتردّ عليك من المخيم{after} {LINK} #IWelcome"
    assert warned(text, mention__lang="ar", language="ar") == told


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Asante sana kwa maneno yako, tunakushukuru", "sw"),
        ("Vielen Dank für deine Worte und deine Stimme", "de"),
        ("Muchas gracias por tus palabras y tu apoyo", "es"),
        ("@tess #IWelcome https://example.org/ok", ""),
        ("", ""),
    ],
)
def test_language_is_told_only_when_it_is_sure(text: str, code: str) -> None:
    assert language.read_as(text) == code
