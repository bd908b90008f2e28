"""What the field's screens say, in every language of the crews.

One dataclass with a field for each text, so that a language that lacks one does not type-check.
Texts in braces are filled in by `str.format`, here and in the page's scripts alike. Counted things
are written so that no plural is needed ("Breaks in the network: 3"): Arabic has six.
"""

from campaign.languages import base
from videos.wording import arabic, english, french, swahili
from videos.wording.words import Words

__all__ = ["LANGUAGES", "Words", "speak"]

WORDS: dict[str, Words] = {
    "en": english.WORDS,
    "ar": arabic.WORDS,
    "sw": swahili.WORDS,
    "fr": french.WORDS,
}
#: The field's languages, each by its own name.
LANGUAGES = {"en": "English", "ar": "العربية", "sw": "Kiswahili", "fr": "Français"}


def speak(language: str) -> Words:
    """Our words in a language; in English when we do not speak it."""
    return WORDS.get(base(language), english.WORDS)
