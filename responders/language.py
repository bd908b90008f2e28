"""Which language a text is in, as far as its letters tell: py3langid, among those we speak."""

import re
import unicodedata
from functools import cache

from django.conf import settings
from py3langid.langid import MODEL_FILE, LanguageIdentifier

#: Below these the model guesses, and a wrong warning is worse than none.
LETTERS = 12
SURE = 0.9

_NOT_WORDS = re.compile(r"https?://\S+|[@#]\w+|\{\w+\}")


def read_as(text: str) -> str:
    """The language that it reads as, one of `settings.LANGUAGES`; "" when that is not sure."""
    words = _NOT_WORDS.sub(" ", text)
    if sum(character.isalpha() for character in words) < LETTERS:
        return ""
    found, sure = _identifier().classify(words)
    return str(found) if sure >= SURE else ""


def first_direction(text: str) -> str:
    """How a page lays a text out that names no direction: by its first strong character."""
    for character in text:
        strong = unicodedata.bidirectional(character)
        if strong in {"L", "R", "AL"}:
            return "ltr" if strong == "L" else "rtl"
    return "ltr"


@cache
def _identifier() -> LanguageIdentifier:
    """Read once a process, at first use."""
    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages([code for code, _ in settings.LANGUAGES])
    return model
