"""X's query language, as far as a campaign's rules and searches need it.

Words and "quoted phrases", #tags, @handles, from: to: lang: is: has: conversation_id:
in_reply_to_tweet_id: url:, brackets, OR, and a minus before a term.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

OPENING = ("(",)
TOKEN = re.compile(r'\s*(-?[a-z_]*:"[^"]*"|-?"[^"]*"|-?\(|\)|[^\s()]+)')
WORD = re.compile(r"\w+")
TAG = re.compile(r"(?<![\w&])[#＃](\w*[^\W\d]\w*)")
HANDLE = re.compile(r"(?<![\w@])@(\w{1,15})(?!\w)")


@dataclass(frozen=True)
class Subject:
    """The facts of a post that a rule may ask for. Names are in lower case."""

    text: str
    author: str
    lang: str
    kind: frozenset[str]
    has: frozenset[str]
    to: str | None
    in_reply_to: str | None
    conversation: str
    urls: tuple[str, ...] = ()


Test = Callable[[Subject], bool]


class NotAQuery(ValueError):
    """The text is not in X's language; the message says why."""


def tags(text: str) -> list[str]:
    return [tag.lower() for tag in TAG.findall(text)]


def handles(text: str) -> list[str]:
    return [handle.lower() for handle in HANDLE.findall(text)]


@lru_cache(maxsize=1000)
def compile_query(query: str) -> Test:
    """A test for posts, or NotAQuery."""
    tokens, position = [], 0
    while position < len(query.rstrip()):
        found = TOKEN.match(query, position)
        if not found:
            raise NotAQuery(f"no viable alternative at position {position}")
        tokens.append(found.group(1))
        position = found.end()
    parser = _Parser(tokens)
    test = parser.any_of()
    if parser.left():
        raise NotAQuery("extraneous input ')'")
    return test


class _Parser:
    """OR binds less than standing side by side, as X has it."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = list(tokens)

    def left(self) -> bool:
        return bool(self._tokens)

    def any_of(self) -> Test:
        tests = [self._all_of()]
        while self._tokens and self._tokens[0] == "OR":
            self._tokens.pop(0)
            tests.append(self._all_of())
        return lambda subject: any(test(subject) for test in tests)

    def _all_of(self) -> Test:
        tests = []
        while self._tokens and self._tokens[0] not in {"OR", ")"}:
            tests.append(self._term(self._tokens.pop(0)))
        if not tests:
            raise NotAQuery("missing a term")
        return lambda subject: all(test(subject) for test in tests)

    def _term(self, token: str) -> Test:
        if token.startswith("-"):
            negated = self._term(token[1:])
            return lambda subject: not negated(subject)
        if token in OPENING:
            group = self.any_of()
            if not self._tokens or self._tokens.pop(0) != ")":
                raise NotAQuery("missing ')'")
            return group
        return _single(token)


def _single(token: str) -> Test:
    if token.startswith('"'):
        return _phrase(token.strip('"').lower())
    if token[:1] == "#" and len(token) > 1:
        return lambda subject: token[1:].lower() in tags(subject.text)
    if token[:1] == "@" and len(token) > 1:
        return lambda subject: token[1:].lower() in handles(subject.text)
    name, colon, value = token.partition(":")
    if colon and name.isidentifier():
        return _operator(name, value.strip('"').lower())
    return _phrase(token.lower())


def _phrase(phrase: str) -> Test:
    words = WORD.findall(phrase)
    if not words:
        raise NotAQuery(f"no word in '{phrase}'")
    wanted = f" {' '.join(words)} "
    return lambda subject: wanted in f" {' '.join(WORD.findall(subject.text.lower()))} "


def _operator(name: str, value: str) -> Test:
    tests: dict[str, Test] = {
        "from": lambda subject: subject.author == value.lstrip("@"),
        "to": lambda subject: subject.to == value.lstrip("@"),
        "lang": lambda subject: subject.lang == value,
        "is": lambda subject: value in subject.kind,
        "has": lambda subject: value in subject.has,
        "conversation_id": lambda subject: subject.conversation == value,
        "in_reply_to_tweet_id": lambda subject: subject.in_reply_to == value,
        "url": lambda subject: any(value in url.lower() for url in subject.urls),
    }
    if name not in tests:
        raise NotAQuery(f"Reference to invalid operator '{name}'")
    if not value:
        raise NotAQuery(f"operator '{name}' needs a value")
    if name == "is" and value not in {"retweet", "reply", "quote", "verified", "nullcast"}:
        raise NotAQuery(f"Reference to invalid field 'is:{value}'")
    return tests[name]
