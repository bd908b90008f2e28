"""What reports call things: languages, countries, themes, networks, days."""

from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError

_ENGLISH = Locale("en", "GB")
_NETWORKS = {"x": "X"}


@cache
def language(code: str) -> str:
    """French, of fr; the code itself where nobody knows it."""
    if code == "und":
        return "Not known"
    try:
        return Locale.parse(code).get_display_name(_ENGLISH) or code
    except (UnknownLocaleError, ValueError, TypeError):
        return code


def country(code: str) -> str:
    return str(_ENGLISH.territories.get(code, code))


def theme(code: str) -> str:
    return code.replace("_", " ").capitalize()


def network(code: str) -> str:
    return _NETWORKS.get(code, code.capitalize())


def day(at: date) -> str:
    return f"{at:%a} {at.day} {at:%b}"
