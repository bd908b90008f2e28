"""What reports call things: languages, countries, themes, networks, days."""

from datetime import date, timedelta
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


def time(value: timedelta) -> str:
    """40 s, 6 min 04 s, 1 h 04 min, 2 d 3 h: two units, exact enough to compare."""
    seconds = round(value.total_seconds())
    minutes, hours, days = seconds // 60, seconds // 3_600, seconds // 86_400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60:02d} min"
    if minutes:
        return f"{minutes} min {seconds % 60:02d} s"
    return f"{seconds} s"
