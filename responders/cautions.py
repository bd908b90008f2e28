"""What is right about a reply, and what is unusual and may still be meant. It stops nobody."""

import re
from dataclasses import dataclass

from django.conf import settings

from campaign.models import Mention
from campaign.templatetags.newsroom import direction
from responders import language, shelf
from responders.models import Reply

_NAMED = re.compile(r"(?<![\w@＠])[@＠](\w{1,50})")


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to look at. `adds` is a text that would put it right."""

    ok: bool
    words: str
    adds: str = ""


def of(reply: Reply, *, link: str = "") -> list[Caution]:
    """Everything that is looked at, what is wrong first. `link` is the address of its own link."""
    found = [
        _handle(reply),
        _link(reply, link),
        _language(reply),
        *_direction(reply),
        *_others(reply),
        _hashtag(reply),
    ]
    return sorted(found, key=lambda caution: caution.ok)


def warnings(reply: Reply) -> list[str]:
    """Only what is wrong, in words for the person who approves."""
    found = [caution.words for caution in of(reply) if not caution.ok]
    if not reply.mention.replyable:
        found.append("X does not let us reply to this tweet; it will have to be posted by hand.")
    return found


def _handle(reply: Reply) -> Caution:
    handle = reply.mention.author_handle
    if handle.lower() in named(reply.text):
        return Caution(ok=True, words="Handle")
    return Caution(ok=False, words=f"No @{handle} in the text.", adds=f"@{handle}")


def _link(reply: Reply, link: str) -> Caution:
    if reply.link is not None and reply.link.slug in reply.text.lower():
        return Caution(ok=True, words="Own link")
    return Caution(ok=False, words="No petition link in the text.", adds=link)


def _hashtag(reply: Reply) -> Caution:
    tag = f"#{reply.mention.campaign.hashtag}"
    if re.search(rf"{re.escape(tag)}(?!\w)", reply.text, re.IGNORECASE):
        return Caution(ok=True, words=tag)
    return Caution(ok=False, words=f"No {tag} in the text.", adds=tag)


def _language(reply: Reply) -> Caution:
    """Whether it is in the language of their tweet; their own is as the network says."""
    ours = language.read_as(reply.text) or _short(reply.language)
    theirs = _spoken(reply.mention)
    if theirs in {"", ours}:
        name = shelf.language_name(ours)
        return Caution(ok=True, words=f"{name} to {name}" if theirs else name)
    if ours == _short(reply.language) and theirs not in reply.mention.campaign.languages:
        words = f"{shelf.language_name(theirs)} to {shelf.language_name(ours)}"
        return Caution(ok=False, words=f"{words}: nobody here answers in theirs.")
    reads, wrote = shelf.language_name(ours), shelf.language_name(theirs)
    return Caution(ok=False, words=f"This reads as {reads}; they wrote {wrote}.")


def _spoken(mention: Mention) -> str:
    known = {code for code, _ in settings.LANGUAGES}
    short = _short(mention.lang)
    if short in known or (short and short not in {"und", "qme", "qst", "zxx"}):
        return short
    return language.read_as(mention.text)


def _direction(reply: Reply) -> list[Caution]:
    """X lays a text out by its first letter: Arabic that begins with a Latin handle runs wrong."""
    meant = direction(language.read_as(reply.text) or reply.language)
    if meant != "rtl" or language.first_direction(reply.text) == "rtl":
        return []
    words = "X lays this out from left to right: begin with a word, not with a handle."
    return [Caution(ok=False, words=words)]


def _others(reply: Reply) -> list[Caution]:
    ours = {reply.mention.author_handle.lower(), reply.account.handle.lower()}
    others = sorted(named(reply.text) - ours)
    return [
        Caution(ok=False, words=f"@{handle} is told of this too: they did not ask.")
        for handle in others[:2]
    ]


def named(text: str) -> set[str]:
    """The handles that X would tell of this text, in lower case."""
    return {handle.lower() for handle in _NAMED.findall(text)}


def _short(code: str) -> str:
    return code.split("-", maxsplit=1)[0]
