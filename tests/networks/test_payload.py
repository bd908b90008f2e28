"""X's JSON: what is read, and that nothing it may hold can break the reader."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.networks import x_payload
from campaign.networks.base import Author, IncomingPost, Kind
from campaign.networks.x_payload import Unreadable

SHARED = Path(__file__).parents[3] / "shared" / "data"
EXAMPLES = SHARED / "x-examples"


def message(**data: Any) -> dict[str, Any]:
    person = {
        "id": "7",
        "username": "tess_morland",
        "name": "Tess Morland",
        "profile_image_url": "https://pictures.example/7.jpg",
        "verified": True,
        "public_metrics": {"followers_count": 12_400},
        "description": "Teacher.",
        "location": "Manchester",
        "created_at": "2011-05-01T10:00:00.000Z",
    }
    post = {
        "id": "1980000000000000000",
        "text": "Hello @iwelcome_now",
        "author_id": "7",
        "created_at": "2026-11-05T09:30:00.000Z",
        "lang": "en",
        "conversation_id": "1980000000000000000",
    }
    return {"data": post | data, "includes": {"users": [person]}}


def reason(payload: object) -> str:
    with pytest.raises(Unreadable) as caught:
        x_payload.message(payload)
    return caught.value.reason


def test_a_post_is_read_whole() -> None:
    entities = {"mentions": [{"start": 6, "end": 19, "username": "IWelcome_Now", "id": "99"}]}
    payload = message(
        entities=entities,
        possibly_sensitive=True,
        attachments={"media_keys": ["3_1"]},
        referenced_tweets=[{"type": "quoted", "id": "12"}, {"type": "replied_to", "id": "11"}],
        in_reply_to_user_id="5",
    )
    payload["includes"]["tweets"] = [{"id": "12", "author_id": "99", "text": "Ours"}]
    assert x_payload.message(payload) == IncomingPost(
        id="1980000000000000000",
        author=Author(
            id="7",
            handle="tess_morland",
            name="Tess Morland",
            avatar="https://pictures.example/7.jpg",
            followers=12_400,
            verified=True,
            bio="Teacher.",
            location="Manchester",
            since=datetime(2011, 5, 1, 10, tzinfo=UTC),
        ),
        text="Hello @iwelcome_now",
        lang="en",
        posted_at=datetime(2026, 11, 5, 9, 30, tzinfo=UTC),
        kind=Kind.QUOTE,
        conversation_id="1980000000000000000",
        in_reply_to="11",
        in_reply_to_author_id="5",
        quoted_id="12",
        quoted_author_id="99",
        mentioned_ids=frozenset({"99"}),
        mentioned_handles=frozenset({"iwelcome_now"}),
        sensitive=True,
        has_media=True,
        raw=payload,
    )


def test_both_dialects_mean_the_same() -> None:
    old = message(referenced_tweets=[{"type": "quoted", "id": "12"}], note_tweet={"text": "Long"})
    old["includes"]["tweets"] = [{"id": "12", "author_id": "99"}]
    new = message(referenced_posts=[{"type": "quoted", "id": "12"}], note_post={"text": "Long"})
    new["includes"]["posts"] = [{"id": "12", "author_id": "99"}]
    one, other = x_payload.message(old), x_payload.message(new)
    assert (one.quoted_author_id, one.kind, one.text) == ("99", Kind.QUOTE, "Long")
    assert (other.quoted_author_id, other.kind, other.text) == ("99", Kind.QUOTE, "Long")


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (None, "not_an_object"),
        ([], "not_an_object"),
        ({}, "no_post"),
        ({"errors": [{}]}, "errors"),
        ({"data": []}, "no_post"),
        (message(id=None), "no_id"),
        (message(id=5), "no_id"),
        (message(id="5; drop"), "no_id"),
        (message(id="9" * 20), "no_id"),
        (message(text=None), "no_text"),
        (message(text=" \n"), "no_text"),
        (message(text={"a": 1}), "no_text"),
        (message(author_id=None), "no_author"),
        (message(author_id="8"), "no_author"),
        (message() | {"includes": []}, "no_author"),
        (message() | {"includes": {"users": [7, {"id": "7", "username": "<b>"}]}}, "no_author"),
    ],
)
def test_a_message_that_is_no_post_says_why(payload: object, expected: str) -> None:
    assert reason(payload) == expected


@pytest.mark.parametrize(
    "handle", ["te\u200bss", "\u202essets", "tess\u2066", "тess", "tess morland"]
)
def test_a_handle_that_plays_tricks_is_no_handle(handle: str) -> None:
    users = {"users": [{"id": "7", "username": handle}]}
    assert reason(message() | {"includes": users}) == "no_author"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("\u202etest\u202c", "test"), ("\u200b\u2060 ", ""), ("\u0644\u200cX", "\u0644\u200cX")],
)
def test_a_name_neither_hides_nor_turns_the_line(name: str, shown: str) -> None:
    users = {"users": [{"id": "7", "username": "tess", "name": name}]}
    assert x_payload.message(message() | {"includes": users}).author.name == shown


def test_wrong_types_are_left_out() -> None:
    payload = message(
        created_at=5, lang=["en"], entities={"mentions": {"a": 1}}, attachments=[],
        referenced_tweets=["x", {"type": 1, "id": 2}], possibly_sensitive="no", conversation_id=7,
    )  # fmt: skip
    payload["includes"]["users"][0] |= {
        "public_metrics": {"followers_count": "many"},
        "profile_image_url": "javascript:alert(1)",
        "created_at": "yesterday",
        "verified": "yes",
    }
    post = x_payload.message(payload)
    assert post.author == Author(
        id="7", handle="tess_morland", name="Tess Morland", bio="Teacher.", location="Manchester"
    )
    assert (post.lang, post.kind, post.sensitive, post.has_media) == (
        "und",
        Kind.POST,
        False,
        False,
    )
    assert post.posted_at == datetime(2025, 10, 19, 19, 56, 1, 278000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given_lang", "lang"),
    [("en", "en"), ("in", "id"), ("iw", "he"), ("qht", "und"), ("zxx", "und"), ("", "und")],
)
def test_languages_have_their_modern_names(given_lang: str, lang: str) -> None:
    assert x_payload.message(message(lang=given_lang)).lang == lang


def test_what_postgresql_cannot_keep_is_taken_out() -> None:
    text = (
        b'{"data": {"id": "1", "text": "a\\u0000b\\ud83d\\ude00c\\ud83d", "author_id": "7", "n": '
    )
    text += b'1e999}, "includes": {"users": [{"id": "7", "username": "tess"}]}}'
    post = x_payload.line(text)
    assert post.text == "ab😀c"
    assert post.raw["data"]["n"] is None


@pytest.mark.parametrize(
    "text", [b"{", b"\xff\xfe", b"nul", b'{"data": NaN}', b"[" * 100_000, b"1" * 5000]
)
def test_a_line_that_is_no_json_is_unreadable(text: bytes) -> None:
    with pytest.raises(Unreadable):
        x_payload.line(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)
FIELDS = [
    "id", "text", "author_id", "created_at", "lang", "entities", "attachments", "note_tweet",
    "referenced_tweets", "possibly_sensitive", "conversation_id", "public_metrics", "username",
    "name", "mentions", "users", "tweets", "description",
]  # fmt: skip
OBJECTS = st.recursive(
    JSON, lambda inner: st.dictionaries(st.sampled_from(FIELDS), inner), max_leaves=20
)


@settings(deadline=None)
@given(OBJECTS, OBJECTS, OBJECTS)
def test_no_payload_breaks_the_reader(data: object, users: object, more: object) -> None:
    payload = {"data": data, "includes": {"users": [users], "tweets": more}}
    if isinstance(data, dict):
        payload["data"] = {"id": "1", "text": "x", "author_id": "7"} | data
        payload["includes"] = {"users": [{"id": "7", "username": "t"}, users], "tweets": more}
    try:
        post = x_payload.message(x_payload.storable(payload))
    except Unreadable:
        return
    text = json.dumps(post.raw, allow_nan=False) + post.text + post.author.name
    assert "\\u0000" not in text
    text.encode()


def test_storable_takes_out_what_is_not_finite_and_too_deep() -> None:
    deep: Any = "bottom"
    for _ in range(200):
        deep = [deep]
    assert x_payload.storable({"a": math.inf, "b": "x\x00y"}) == {"a": None, "b": "xy"}
    assert "bottom" not in json.dumps(x_payload.storable(deep))


@pytest.mark.skipif(not EXAMPLES.exists(), reason="X's printed examples are not at hand")
def test_every_printed_example_is_read_or_refused_with_a_reason() -> None:
    outcomes = set()
    for path in sorted(EXAMPLES.glob("*.json")):
        payload = json.loads(path.read_text())
        outcomes.add(outcome(partial(x_payload.line, path.read_bytes())))
        if isinstance(payload, dict):
            listed = payload.get("data")
            for data in listed if isinstance(listed, list) else [listed]:
                one = {"data": data, "includes": payload.get("includes", {})}
                outcomes.add(outcome(partial(x_payload.message, one)))
            list(x_payload.page(payload))
    assert {"read", "no_author", "no_text", "no_post"} <= outcomes


def outcome(read: Callable[[], IncomingPost]) -> str:
    """One word: read, or why not."""
    try:
        read()
    except Unreadable as error:
        return error.reason
    return "read"
