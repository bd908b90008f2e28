"""Who is answered, who may be, and who comes first."""

from typing import Any

import pytest

from campaign.intake import filters, priority, risk
from campaign.intake.filters import Filters, Reason, Summons, Us
from campaign.networks.base import Author, Kind
from tests.intake.posts import incoming

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


def test_priority_is_the_sum_of_its_parts_largest_first() -> None:
    post = incoming(1, author=Author(id="9", handle="tess", followers=12_400))
    parts = priority.parts(post, replyable=True, languages=["en"])
    assert list(parts.items()) == [("replyable", 45), ("staffed", 25), ("reach", 25)]
    assert priority.total(parts) == 95


def test_priority_leaves_out_what_does_not_count() -> None:
    post = incoming(1, "Only words", lang="und")
    assert priority.parts(post, replyable=False, languages=["en"]) == {"staffed": 10}


def test_priority_of_risk_words_is_lower_and_never_below_zero() -> None:
    post = incoming(1, "I will KILL you", lang="ja")
    parts = priority.parts(post, replyable=False, languages=["en"])
    assert parts == {"risk": -30}
    assert priority.total(parts) == 0


@pytest.mark.parametrize(
    ("followers", "points"),
    [(None, 0), (0, 0), (1, 0), (10, 6), (1000, 18), (100_000, 30), (90_000_000, 30)],
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
