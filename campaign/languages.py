"""Numbers and directions of the languages that we speak (source: Unicode CLDR)."""

from babel import Locale, UnknownLocaleError
from babel.numbers import format_decimal

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def base(language: str) -> str:
    """The language without its country: "ar" of "ar-LB"."""
    return language.split("-", maxsplit=1)[0].lower()


def direction(language: str) -> str:
    return "rtl" if base(language) in RIGHT_TO_LEFT else "ltr"


def locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == "en" else language.replace("-", "_"))


def language_name(code: str, language: str) -> str:
    """What one language is called in another; its code where nobody knows."""
    try:
        return str(Locale.parse(code.replace("-", "_")).get_display_name(locale(language)) or code)
    except (UnknownLocaleError, ValueError):
        return code


_DIGITS = {"ar": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")}


def digits(text: str, language: str) -> str:
    """A clock or a code with the digits that people of the field read in that language."""
    return text.translate(_DIGITS.get(base(language), {}))


def number(value: float, language: str) -> str:
    """With the digits and signs of the language."""
    return str(format_decimal(value, locale=locale(language), numbering_system="default"))
