"""What templates need to speak of clips."""

from django import template

from videos import reports
from videos.processing.probe import Reason
from videos.themes import THEMES

register = template.Library()


@register.filter
def failure_words(code: str, language: str = "en") -> str:
    """What went wrong and what to do, from a clip's failure code."""
    return reports.failure_in_words(code, language)


@register.filter
def may_pass(code: str) -> bool:
    """Whether a clip that failed like this may pass when it is tried once more."""
    return code in set(Reason) and Reason(code).may_pass


@register.filter
def language_name(code: str) -> str:
    """The language's own name for itself."""
    return str(reports.LANGUAGES.get(code, code))


@register.filter
def at(mapping: dict[int, str], key: int) -> str:
    """What a mapping holds under a key; "" when nothing."""
    return mapping.get(key, "")


@register.filter
def theme_name(code: str) -> str:
    return THEMES.get(code, code)
