"""Some 200 written mentions by invented people, to fill a desk with: see sample.jsonl."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# The first of them are there from the start.
SEEDS = 25
FILE = Path(__file__).with_name("sample.jsonl")


@dataclass(frozen=True)
class Mention:
    """What somebody writes. Not every one names the account: X then refuses a reply."""

    handle: str
    name: str
    lang: str
    followers: int
    tone: str
    text: str


@cache
def mentions() -> tuple[Mention, ...]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple(Mention(**json.loads(line)) for line in lines)


def examples(lang: str) -> list[Mention]:
    """Friendly ones in a language, which are not on the timeline from the start."""
    return [
        mention
        for mention in mentions()[SEEDS:]
        if mention.lang == lang and mention.tone in {"supportive", "question"}
    ]
