"""The parts of a tweet's text: links, tags and handles, and how long X counts it."""

import re
import zlib
from dataclasses import dataclass
from typing import Literal

from twitter_text import parse_tweet

from campaign.sandbox import matching

MAX_LENGTH = 280
# X itself knows public domains only; the campaign's links in a demo are on this machine.
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'»،。]", re.IGNORECASE)
SHORT = "https://t.co/"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


Kind = Literal["text", "url", "hashtag", "mention"]
CLICKABLE: tuple[tuple[Kind, re.Pattern[str], int], ...] = (
    ("url", LINK, 0),
    ("hashtag", matching.TAG, 1),
    ("mention", matching.HANDLE, 1),
)


@dataclass(frozen=True)
class Part:
    """A piece of text, in order; `value` is the address, the tag or the handle."""

    kind: Kind
    text: str
    value: str = ""


def weighted_length(text: str) -> int:
    return int(parse_tweet(text).weightedLength)


def links(text: str) -> list[str]:
    return LINK.findall(text)


def short_link(url: str) -> str:
    """As X does to every link in a text: same address, same short link."""
    number = zlib.crc32(url.encode()) << 28 | zlib.adler32(url.encode()) >> 4
    letters = ""
    for _ in range(10):
        number, rest = divmod(number, len(ALPHABET))
        letters += ALPHABET[rest]
    return SHORT + letters


def display_link(url: str) -> str:
    shown = re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE)
    return shown if len(shown) <= 40 else shown[:39] + "…"


def parts(text: str) -> list[Part]:
    """The whole text, cut where something can be clicked."""
    found: list[tuple[int, int, Part]] = [
        (match.start(), match.end(), Part(kind, match.group(), match.group(group)))
        for kind, pattern, group in CLICKABLE
        for match in pattern.finditer(text)
    ]
    found.sort(key=lambda each: each[:2])
    result, position = [], 0
    for start, end, part in found:
        if start < position:
            continue
        if start > position:
            result.append(Part("text", text[position:start]))
        result.append(part)
        position = end
    if position < len(text):
        result.append(Part("text", text[position:]))
    return result
