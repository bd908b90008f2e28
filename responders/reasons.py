"""Why a mention is not answered."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a mention is not answered, as the person who decided it said."""

    HOSTILE = "hostile"
    OFF_TOPIC = "off_topic"
    NOTHING = "nothing"
    RISK = "risk"
    ELSEWHERE = "elsewhere"
    LANGUAGE = "language"


REASONS = {
    Reason.HOSTILE: "Hostile or abusive",
    Reason.OFF_TOPIC: "Not about this",
    Reason.NOTHING: "Nothing to answer",
    Reason.RISK: "An answer could put somebody at risk",
    Reason.ELSEWHERE: "Answered already, elsewhere",
    Reason.LANGUAGE: "We cannot read it well enough",
}

OPTED_OUT = "opted_out"


class NoReason(Exception):
    """A mention is not dismissed without saying why."""


def read(code: str) -> Reason:
    """From a form. Raises NoReason for what is none."""
    if code not in set(Reason):
        raise NoReason("Choose why it is not answered.")
    return Reason(code)
