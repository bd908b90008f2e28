"""The words of a reply: a template filled for one person, and told anew when the clip changes."""

import re
from dataclasses import dataclass

from campaign.models import Mention
from videos.models import Clip, Consent, Terms

#: What a draft may hold, far past what X takes: what somebody typed is kept, then counted.
LONGEST = 4_000

#: Control characters, and the marks that turn text around without showing it.
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_PLACEHOLDER = re.compile(r"\{(handle|storyteller|place|link)\}")

NAMELESS = {
    "en": "somebody",
    "fr": "quelqu’un",
    "ar": "شخص",
    "sw": "mtu",
    "de": "jemand",
    "es": "alguien",
}
PLACELESS = {
    "en": "a camp",
    "fr": "un camp",
    "ar": "مخيم",
    "sw": "kambi",
    "de": "einem Lager",
    "es": "un campo",
}


class TextTooLong(Exception):
    """More than we keep of a draft."""


@dataclass(frozen=True, slots=True)
class Voice:
    """Who answers, as far as their consent lets us say it."""

    name: str
    place: str


def clean(text: str) -> str:
    """What may be stored: plain line ends, nothing unseen. Raises TextTooLong."""
    plain = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if len(plain) > LONGEST:
        raise TextTooLong(f"A draft holds {LONGEST} characters at most.")
    return plain


def shown(clip: Clip, consent: Consent | None) -> Voice:
    """The name and place that anybody may be told; empty where consent does not reach."""
    if consent is None:
        return Voice(name="", place="")
    storyteller = clip.storyteller
    places = {
        Consent.PlaceShown.CAMP: str(storyteller.place),
        Consent.PlaceShown.COUNTRY: storyteller.place.country_name,
    }
    return Voice(
        name=storyteller.public_name if consent.show_name else "",
        place=places.get(Consent.PlaceShown(consent.show_place), ""),
    )


def voice(clip: Clip, consent: Consent | None, *, language: str) -> Voice:
    """The name and place that a reply in this language may say."""
    short = language.split("-", maxsplit=1)[0]
    known = shown(clip, consent)
    return Voice(
        name=known.name or NAMELESS.get(short, NAMELESS["en"]),
        place=known.place or PLACELESS.get(short, PLACELESS["en"]),
    )


def consent_words(consent: Consent | Terms | None) -> str:
    """What may be shown of somebody: "name, face, camp"."""
    if consent is None:
        return "none"
    allowed = (("name", consent.show_name), ("face", consent.show_face))
    shown = [word for word, yes in allowed if yes]
    if consent.show_place != Consent.PlaceShown.NONE:
        shown.append(consent.show_place)
    return ", ".join(shown) or "voice only"


def fill(template: str, *, mention: Mention, link: str) -> str:
    """The template with what is known before a clip is chosen."""
    known = {"handle": f"@{mention.author_handle}", "link": link}
    return _PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), template)


def tell(text: str, *, old: Voice | None, new: Voice) -> str:
    """Name the person who answers; where the one before was named, name the new one."""
    if old is not None:
        text = _swap(text, old.place, new.place)
        text = _swap(text, old.name, new.name)
    spoken = {"storyteller": new.name, "place": new.place}
    return _PLACEHOLDER.sub(lambda found: spoken.get(found[1], found[0]), text)


def open_places(text: str) -> list[str]:
    """Placeholders that nothing has filled yet, such as `place`."""
    return [found[1] for found in _PLACEHOLDER.finditer(text)]


def _swap(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w@]){re.escape(old)}(?!\w)", lambda _: new, text) if old else text
