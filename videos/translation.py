"""Where a translator can be plugged in. Without one, people type what others are to read.

`TRANSLATOR` names a function `(text, *, source, target) -> str`, languages as X writes them ("sw").
What a machine wrote is always shown to a person before anybody else reads it.
"""

import logging
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)


class NoTranslationError(Exception):
    """There is no translator, or it failed; the text is for the person who asked."""


class Translator(Protocol):
    def __call__(self, text: str, *, source: str, target: str) -> str: ...


def is_there() -> bool:
    return bool(settings.TRANSLATOR)


def translate(text: str, *, source: str, target: str) -> str:
    """The text in another language. Raises `NoTranslationError`; whatever a translator raises is
    logged, because it is somebody else's code."""
    if not settings.TRANSLATOR:
        raise NoTranslationError("No translator is set up. Write it yourself.")
    if source == target or not text.strip():
        return text
    try:
        translator: Translator = import_string(settings.TRANSLATOR)
        return translator(text, source=source, target=target).strip()
    except Exception as error:
        log.exception("the translator %s failed", settings.TRANSLATOR)
        raise NoTranslationError(
            "The translator did not answer. Write it yourself, or try again."
        ) from error
