"""Mentions into PostgreSQL: whole, once, with their reasons, and told once a batch."""

import io
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaign import live
from campaign.intake import priority, replay, themes, write
from campaign.models import Account, Mention, OptOut
from campaign.networks.base import Author, Kind
from tests.factories import AccountFactory, MentionFactory
from tests.intake.posts import NOON, incoming, line

REAL = Path(__file__).parents[3] / "shared" / "data" / "real-mentions.jsonl"

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return AccountFactory(handle="iwelcome", external_id="7")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    news: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(live, "announce", lambda kind, **facts: news.append((kind, facts)))
    return news


def test_write_stores_what_the_network_said(account: Account) -> None:
    author = Author(
        "9", "tess", "Tess", "https://p.example/9.jpg", 120, True, "Teacher", "Leeds", NOON
    )
    post = incoming(
        1, "Help me @iwelcome", author=author, kind=Kind.QUOTE, quoted_id="3", quoted_author_id="7",
        conversation_id="3", has_media=True,
    )  # fmt: skip
    assert str(write.write([post], account=account)) == "1 new, 0 known already"
    stored: dict[str, Any] = dict(Mention.objects.values().get())
    received_at = stored.pop("received_at")
    assert received_at > NOON
    assert stored.pop("id")
    assert stored == {
        "campaign_id": account.campaign_id,
        "account_id": account.pk,
        "network": "x",
        "external_id": post.id,
        "author_id": "9",
        "author_handle": "tess",
        "author_name": "Tess",
        "author_avatar": "https://p.example/9.jpg",
        "author_followers": 120,
        "author_verified": True,
        "author_bio": "Teacher",
        "author_location": "Leeds",
        "author_since": NOON,
        "text": "Help me @iwelcome",
        "lang": "en",
        "posted_at": post.posted_at,
        "kind": "quote",
        "conversation_id": "3",
        "in_reply_to": "3",
        "replyable": True,
        "replyable_reason": "quoted",
        "sensitive": False,
        "has_media": True,
        "raw": {"data": {"id": "1"}},
        "country": "GB",
        "priority": 43,
        "priority_parts": {"replyable": 15, "staffed": 20, "reach": 8},
        "queue_at": priority.place(received_at, 43),
        "doubt": "",
        "trusted": False,
        "themes": ["help"],
        "search": "'@tess' 'help' 'in:GB' 'is:sure' 'iwelcome' 'lang:en' 'leeds' 'me' 'tess' "
        "'theme:help'",
        "status": "waiting",
        "reason": "",
        "claimed_by_id": None,
        "claimed_at": None,
        "claimed_until": None,
        "handled_by_id": None,
        "handled_at": None,
        "seen_at": None,
        "erased_at": None,
    }


def test_write_keeps_filtered_posts_with_their_reason(account: Account) -> None:
    OptOut.objects.create(author_id="1", author_handle="alone", reason="asked")
    OptOut.objects.create(author_id="2", author_handle="troll", reason="blocked")
    posts = [
        incoming(1, author=Author("1", "alone")),
        incoming(2, author=Author("2", "troll")),
        incoming(3, kind=Kind.REPOST),
        incoming(4, lang="ja"),
        incoming(5),
    ]
    tally = write.write(posts, account=account)
    assert (tally.new, tally.known) == (5, 0)
    assert tally.filtered == Counter(opted_out=1, blocked=1, repost=1, language=1)
    stored = Mention.objects.order_by("id").values_list("status", "reason", "kind")
    assert list(stored) == [
        ("filtered", "opted_out", "post"),
        ("filtered", "blocked", "post"),
        ("filtered", "repost", "post"),
        ("filtered", "language", "post"),
        ("waiting", "", "post"),
    ]


def test_write_knows_who_waits_already(account: Account) -> None:
    for number in range(3):
        MentionFactory(account=account, author_id="9", text=f"Number {number}")
    tally = write.write([incoming(1, author=Author("9", "tess"))], account=account)
    assert tally.filtered == Counter(duplicate_person=1)
    Mention.objects.filter(author_id="9").update(status="answered")
    assert write.write([incoming(2, author=Author("9", "tess"))], account=account).filtered == {}


def test_write_stores_each_post_once(account: Account) -> None:
    posts = [incoming(1), incoming(2), incoming(1)]
    assert str(write.write(posts, account=account)) == "2 new, 1 known already"
    assert str(write.write(posts, account=account)) == "0 new, 3 known already"
    assert Mention.objects.count() == 2


def test_write_leaves_alone_what_an_editor_has_changed(account: Account) -> None:
    write.write([incoming(1)], account=account)
    Mention.objects.update(status="dismissed", reason="other")
    write.write([incoming(1, "Edited")], account=account)
    assert Mention.objects.values_list("status", "text").get() == ("dismissed", "Hello @iwelcome")


def test_write_puts_older_posts_first(account: Account) -> None:
    write.write([incoming(3), incoming(1), incoming(2)], account=account)
    ids = Mention.objects.order_by("id").values_list("external_id", flat=True)
    assert list(ids) == [incoming(n).id for n in (1, 2, 3)]


def test_write_skips_only_what_postgresql_refuses(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    posts = [incoming(number) for number in range(9)]
    posts[4] = incoming(4, lang="far-too-long-for-a-language")
    posts[6] = incoming(6, "half a character \ud800")
    tally = write.write(posts, account=account)
    assert (tally.new, tally.skipped) == (7, Counter(refused=2))
    assert Mention.objects.count() == 7
    assert posts[4].id in caplog.text
    assert posts[6].id in caplog.text


def test_write_announces_once_a_batch_after_commit(
    account: Account, told: list[tuple[str, dict[str, Any]]]
) -> None:
    posts = [incoming(number) for number in range(60)] + [incoming(99, lang="ja")]
    write.write(posts, account=account)
    waiting = Mention.objects.waiting().order_by("id").values_list("id", flat=True)
    assert told == [
        ("mention", {"campaign": account.campaign_id, "ids": list(waiting)[-50:], "new": 60})
    ]


def test_write_announces_nothing_that_nobody_has_to_answer(
    account: Account, told: list[tuple[str, dict[str, Any]]]
) -> None:
    write.write([incoming(1, lang="ja")], account=account)
    assert told == []


@pytest.mark.parametrize("count", [1, 300])
def test_write_takes_as_many_queries_for_many(account: Account, count: int) -> None:
    posts = [incoming(number) for number in range(count)]
    themes.lexicon(account.campaign_id)  # as it is between two looks at a campaign's own words
    with CaptureQueriesContext(
        connection,
    ) as queries:
        write.write(posts, account=account)
    statements = [query["sql"].split()[0] for query in queries]
    assert statements == ["SAVEPOINT", *["SELECT"] * 4, "INSERT", "RELEASE"]


# Replays --------------------------------------------------------------------------------------


def test_replay_takes_the_good_lines_and_counts_the_others(account: Account) -> None:
    lines = [
        line(1),
        b"\n",
        b"no json\n",
        b'{"data": {"id": "5", "text": "nobody wrote this"}}\n',
        b'{"data": "' + b"x" * 3_000_000 + b'"}\n',
        line(2, ""),
        line(3, unknown={"field": [1]}, possibly_sensitive="yes"),
        b"\xff\xfe\n",
        line(4).rstrip(),
    ]
    tally = replay.replay(io.BytesIO(b"".join(lines)), account=account)
    assert (tally.new, tally.known) == (3, 0)
    assert tally.skipped == Counter(not_json=2, no_author=1, too_long=1, no_text=1)


def test_replay_twice_makes_no_double(account: Account) -> None:
    sample = b"".join(line(number, f"Number {number} @iwelcome") for number in range(1_234))
    first = replay.replay(io.BytesIO(sample), account=account)
    second = replay.replay(io.BytesIO(sample), account=account)
    assert (first.new, first.known, second.new, second.known) == (1_234, 0, 0, 1_234)
    assert Mention.objects.count() == 1_234


def test_replay_keeps_scripts_and_signs(account: Account) -> None:
    texts = ["أهلاً @iwelcome", "Karibu 🏕️ @iwelcome", "\u202eltr @iwelcome", "a\u0000b @iwelcome"]
    lines = [json.dumps(json.loads(line(n, text))).encode() for n, text in enumerate(texts)]
    replay.replay(io.BytesIO(b"\n".join(lines)), account=account)
    stored = Mention.objects.order_by("id").values_list("text", flat=True)
    assert list(stored) == [*texts[:3], "ab @iwelcome"]


def test_replay_keeps_the_rate(account: Account) -> None:
    sample = b"".join(line(number) for number in range(40))
    began = time.monotonic()
    replay.replay(io.BytesIO(sample), account=account, rate=80)
    assert 0.35 < time.monotonic() - began < 2


@pytest.mark.skipif(not REAL.exists(), reason="the real posts are not at hand")
def test_replay_of_real_posts_twice_loses_and_doubles_nothing(account: Account) -> None:
    ids = [json.loads(text)["data"]["id"] for text in REAL.read_text().splitlines()]
    tallies = []
    for _ in range(2):
        with REAL.open("rb") as file:
            tallies.append(replay.replay(file, account=account))
    assert [(tally.new, tally.known, tally.skipped) for tally in tallies] == [
        (4_000, 0, Counter()),
        (0, 4_000, Counter()),
    ]
    stored = Mention.objects.values_list("external_id", flat=True)
    assert sorted(stored) == sorted(ids)
