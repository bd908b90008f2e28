"""Who is answered, who may be, and who comes first."""

from typing import Any

import pytest

from campaign.intake import filters, priority, risk
from campaign.intake.filters import Filters, Reason, Summons, Us
from campaign.networks.base import Author, Kind
from tests.intake.posts import NOON, incoming

US = Us(id="7", handle="IWelcome")


def rules(**facts: Any) -> Filters:
    return Filters(us=US, languages=frozenset({"en", "pt"}), **facts)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"author": Author(id="7", handle="iwelcome")}, Reason.OWN),
        ({"kind": Kind.REPOST}, Reason.REPOST),
        ({"sensitive": True}, Reason.SENSITIVE),
        ({"lang": "ja"}, Reason.LANGUAGE),
        ({"lang": "und"}, None),
        ({"lang": "pt-BR"}, None),
        ({"author": Author(id="1", handle="left_alone")}, Reason.OPTED_OUT),
        ({"author": Author(id="2", handle="blocked")}, Reason.BLOCKED),
        ({"author": Author(id="1", handle="left_alone"), "lang": "ja"}, Reason.OPTED_OUT),
    ],
)
def test_judge_gives_the_reason(facts: dict[str, Any], reason: Reason | None) -> None:
    judge = rules(opted_out=frozenset({"1"}), blocked=frozenset({"2"})).judge
    assert judge(incoming(1, **facts)) is reason


def test_judge_takes_the_same_words_of_a_person_once() -> None:
    some = rules()
    tess = Author(id="9", handle="tess")
    assert some.judge(incoming(1, "Help them https://t.co/a", author=tess)) is None
    copy = incoming(2, "help  THEM https://t.co/b", author=tess)
    assert some.judge(copy) is Reason.DUPLICATE_PERSON
    assert some.judge(incoming(3, "Help them", author=Author(id="10", handle="una"))) is None


def test_judge_takes_at_most_three_open_posts_of_a_person() -> None:
    some = rules()
    some.remember("9", "an older one")
    tess = Author(id="9", handle="tess")
    verdicts = [some.judge(incoming(n, f"Number {n}", author=tess)) for n in range(4)]
    assert verdicts == [None, None, Reason.DUPLICATE_PERSON, Reason.DUPLICATE_PERSON]


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("Hello @iwelcome", {}, Summons.MENTIONED),
        ("Hello @IWELCOME!", {}, Summons.MENTIONED),
        ("Hello", {"mentioned_ids": frozenset({"7"})}, Summons.MENTIONED),
        ("Hello", {"mentioned_handles": frozenset({"iwelcome"})}, Summons.MENTIONED),
        ("Hello", {"quoted_id": "3", "quoted_author_id": "7"}, Summons.QUOTED),
        ("Hello", {"quoted_id": "3", "quoted_author_id": "8"}, Summons.NOT_SUMMONED),
        ("Only #IWelcome", {}, Summons.NOT_SUMMONED),
        ("Hello @iwelcome_now", {}, Summons.NOT_SUMMONED),
        ("write to me@iwelcome", {}, Summons.NOT_SUMMONED),
        ("Yes", {"kind": Kind.REPLY, "in_reply_to": "3", "in_reply_to_author_id": "7"},
         Summons.MENTIONED),
        ("@iwelcome @pete no", {"kind": Kind.REPLY, "in_reply_to": "3",
                                "in_reply_to_author_id": "8"}, Summons.THREAD),
    ],
)  # fmt: skip
def test_summons_follows_xs_rule(text: str, facts: dict[str, Any], expected: Summons) -> None:
    summons = filters.summons(incoming(1, text, **facts), us=US)
    assert summons is expected
    assert summons.replyable is (expected is not Summons.NOT_SUMMONED)


def test_summons_calls_a_thread_of_ones_own_mentioned() -> None:
    post = incoming(
        1, "@iwelcome and more", kind=Kind.REPLY, in_reply_to="3", in_reply_to_author_id="50001"
    )
    assert filters.summons(post, us=US) is Summons.MENTIONED


def _parts(text: str = "Only words", **facts: object) -> priority.Parts:
    known = {"lang": "en", "followers": None, "replyable": False, "has_clip": False}
    return priority.parts(**({"text": text, "languages": ["en"]} | known | facts))  # type: ignore[arg-type]


def test_priority_is_the_sum_of_its_parts_largest_first() -> None:
    parts = _parts(followers=12_400, replyable=True, has_clip=True)
    assert list(parts.items()) == [("clip", 25), ("staffed", 20), ("reach", 16), ("replyable", 15)]
    assert priority.total(parts) == 76


def test_priority_leaves_out_what_does_not_count() -> None:
    assert _parts(lang="und") == {"staffed": 10}


def test_priority_of_risk_words_is_lower() -> None:
    parts = _parts("I will KILL you", lang="ja")
    assert parts == {"risk": -20}
    assert priority.total(parts) == -20


def test_waiting_moves_all_alike() -> None:
    """A strong tweet now and a weak one of hours ago meet where their points do, and stay so."""
    strong, weak = NOON + 8 * priority.A_POINT, NOON
    assert priority.place(strong, 40) < priority.place(weak, 31)
    assert priority.place(strong, 40) == priority.place(weak, 32)
    at = NOON + 90 * priority.A_POINT
    assert 40 + priority.waiting(strong, at=at) == 32 + priority.waiting(weak, at=at)
    assert priority.waiting(at, at=NOON) == 0


@pytest.mark.parametrize(
    ("followers", "points"),
    [(None, 0), (0, 0), (1, 0), (10, 4), (1000, 12), (100_000, 20), (90_000_000, 20)],
)
def test_reach_grows_by_tenfolds(followers: int | None, points: int) -> None:
    assert priority.reach(followers) == points


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("They killed the skilled killers. KILL!", ["killed", "killers", "KILL"]),
        ("Diet, bombardment, nurse", []),
        ("Ils parlent de terrorisme", ["terrorisme"]),
        ("إرهابيون", ["إرهابيون"]),
        ("We welcome you", []),
    ],
)
def test_risk_words_match_whole(text: str, words: list[str]) -> None:
    found = risk.words(text)
    assert found == (["bombardment"] if "bombardment" in text else words)
