"""The filtered stream: rules, messages, heartbeats, and how connections end."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox

RULES = "/2/tweets/search/stream/rules"
STREAM = "/2/tweets/search/stream"


@pytest.fixture(autouse=True)
def no_rules(app: Client) -> Iterator[None]:
    yield
    found = app.get(RULES).json().get("data", [])
    if found:
        app.post(RULES, {"delete": {"ids": [rule["id"] for rule in found]}})


def follow(app: Client, *rules: str) -> list[dict[str, str]]:
    added = app.post(RULES, {"add": [{"value": value, "tag": value[1:]} for value in rules]})
    found: list[dict[str, str]] = added.json()["data"]
    return found


class Lines:
    """What comes through a stream; blank lines are heartbeats."""

    def __init__(self, answer: requests.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines(chunk_size=1)

    def next(self) -> bytes:
        """The next line, whichever."""
        return bytes(next(self._lines))

    def message(self) -> dict[str, Any]:
        """The next that is no heartbeat."""
        for line in self._lines:
            if line:
                found: dict[str, Any] = json.loads(line)
                return found
        raise EOFError

    def rest(self) -> list[bytes]:
        return [line for line in self._lines if line]


@contextmanager
def stream(app: Client, **query: str) -> Iterator[Lines]:
    with app.call("GET", STREAM, params=query, stream=True, timeout=2) as answer:
        assert answer.status_code == 200, answer.text
        yield Lines(answer)
    # The sandbox notices within a moment that nobody reads any more.
    deadline = time.monotonic() + 2
    while app.get("/2/connections").json()["meta"]["result_count"]:
        assert time.monotonic() < deadline, "the connection stayed"
        time.sleep(0.01)


def test_adds_shows_and_deletes_rules(app: Client) -> None:
    added = app.post(RULES, {"add": [{"value": "#A OR @b", "tag": "ours"}, {"value": "cat"}]})
    assert added.status_code == 201
    summary = {"created": 2, "not_created": 0, "valid": 2, "invalid": 0}
    assert added.json()["meta"]["summary"] == summary
    shown = app.get(RULES).json()
    assert shown["data"] == added.json()["data"]
    assert [rule.get("tag") for rule in shown["data"]] == ["ours", None]
    deleted = app.post(RULES, {"delete": {"values": ["cat"]}}).json()
    assert deleted["meta"]["summary"] == {"deleted": 1, "not_deleted": 0}
    assert [rule["value"] for rule in app.get(RULES).json()["data"]] == ["#A OR @b"]


def test_answers_a_rule_that_is_there_as_duplicate(app: Client) -> None:
    (rule,) = follow(app, "#Twice")
    again = app.post(RULES, {"add": [{"value": "#Twice", "tag": "Twice"}]})
    (error,) = again.json()["errors"]
    assert (error["title"], error["id"]) == ("DuplicateRule", rule["id"])
    assert again.json()["meta"]["summary"]["created"] == 0


@pytest.mark.parametrize("body", [{}, {"add": [{"value": "x"}], "delete": {"ids": ["1"]}}])
def test_refuses_a_change_that_is_neither_or_both(app: Client, body: Any) -> None:
    assert app.post(RULES, body).status_code == 400


def test_refuses_a_rule_that_is_no_query(app: Client) -> None:
    answer = app.post(RULES, {"add": [{"value": "(open"}]})
    assert (answer.status_code, answer.json()["errors"][0]["value"]) == (400, "(open")


def test_keeps_the_rules_of_apps_apart(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#Apart")
    bearer = {"Authorization": f"Bearer {sandbox.second['credentials']['bearer_token']}"}
    answer = requests.get(f"{sandbox.base_url}{RULES}", headers=bearer, timeout=5)
    assert answer.json()["meta"]["result_count"] == 0


def test_refuses_a_stream_without_rules(app: Client) -> None:
    answer = app.get(STREAM)
    assert answer.status_code == 409
    assert answer.json()["connection_issue"] == "RuleConfigurationIssue"


def test_delivers_what_matches_with_its_rules(app: Client, sandbox: Sandbox) -> None:
    first, second = follow(app, "#Deliver", "@iwelcome_now")
    query = {
        "tweet.fields": "created_at,lang",
        "expansions": "author_id",
        "user.fields": "public_metrics",
    }
    with stream(app, **query) as lines:
        sandbox.tweet("Nothing for you", handle="silent")
        tweet = sandbox.tweet("Hi @iwelcome_now #Deliver", handle="dora", lang="sw", followers=9)
        message = lines.message()
    assert message["data"]["id"] == tweet
    assert message["data"]["edit_history_tweet_ids"] == [tweet]
    assert message["data"]["lang"] == "sw"
    (author,) = message["includes"]["users"]
    assert (author["id"], author["username"]) == (message["data"]["author_id"], "dora")
    assert author["public_metrics"]["followers_count"] == 9
    assert message["matching_rules"] == [
        {"id": first["id"], "tag": "Deliver"},
        {"id": second["id"], "tag": "iwelcome_now"},
    ]


def test_beats_while_nothing_happens(app: Client) -> None:
    follow(app, "#Quiet")
    with stream(app) as lines:
        began = time.monotonic()
        beats = [lines.next() for _ in range(3)]
        took = time.monotonic() - began
    assert beats == [b"", b"", b""]
    assert 0.3 <= took < 1.5


def test_allows_one_connection_for_an_app(app: Client) -> None:
    follow(app, "#One")
    with stream(app):
        refused = app.get(STREAM)
        assert refused.status_code == 429
        assert refused.json()["connection_issue"] == "TooManyConnections"
        assert "x-rate-limit-reset" in refused.headers
    with stream(app) as lines:
        assert lines.next() == b""


def test_ends_a_stuck_connection_on_request(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#Stuck")
    with stream(app) as lines:
        ended = app.call("DELETE", "/2/connections/all").json()["data"]
        assert (ended["successful_kills"], ended["failed_kills"]) == (1, 0)
        assert lines.rest() == []
    with stream(app) as lines:
        (connection,) = app.get("/2/connections").json()["data"]
        assert connection["endpoint_name"] == "filtered_stream"
        wanted = {"uuids": [connection["id"], "unknown"]}
        ended = app.call("DELETE", "/2/connections", json=wanted).json()["data"]
        assert (ended["successful_kills"], ended["failed_kills"]) == (1, 1)
        assert lines.rest() == []


@pytest.mark.parametrize("query", [{"post.fields": "created_at"}, {"backfill_minutes": "2"}])
def test_refuses_what_the_stream_does_not_take(app: Client, query: dict[str, str]) -> None:
    follow(app, "#Refused")
    assert app.get(STREAM, **query).status_code == 400


def test_drops_at_once_when_asked(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#Drop")
    with stream(app) as lines:
        sandbox.fault("stream_drop")
        assert lines.rest() == []


def test_drops_after_so_many_messages(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#After")
    with stream(app) as lines:
        sandbox.fault("stream_drop", after=2)
        sent = [sandbox.tweet(f"{number} #After", handle="after") for number in range(3)]
        seen = [json.loads(line)["data"]["id"] for line in lines.rest()]
    assert seen == sent[:2]


def test_says_why_it_ends_when_asked(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#Why")
    with stream(app) as lines:
        sandbox.fault("stream_error")
        (line,) = lines.rest()
    (error,) = json.loads(line)["errors"]
    assert error["disconnect_type"] == "UpstreamOperationalDisconnect"


def test_delivers_twice_when_asked(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#Double")
    with stream(app) as lines:
        sandbox.fault("duplicate_delivery")
        sent = [sandbox.tweet(f"{number} #Double", handle="double") for number in range(2)]
        seen = [lines.message()["data"]["id"] for _ in range(3)]
    assert seen == [sent[0], sent[0], sent[1]]


def test_delivers_out_of_order_when_asked(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#Order")
    with stream(app) as lines:
        sandbox.fault("out_of_order")
        sent = [sandbox.tweet(f"{number} #Order", handle="order") for number in range(3)]
        seen = [lines.message()["data"]["id"] for _ in range(3)]
    assert seen == [sent[1], sent[0], sent[2]]


def test_stalls_when_asked_and_loses_nothing(app: Client, sandbox: Sandbox) -> None:
    """The line stays open: no message, not even a sign of life, and then all of it."""
    follow(app, "#Stall")
    with stream(app) as lines:
        began = time.monotonic()
        sandbox.fault("stream_stall", seconds=1.2)
        sent = [sandbox.tweet(f"{number} #Stall", handle="stall") for number in range(2)]
        beats = 0
        while not (line := lines.next()):
            beats += 1
        assert time.monotonic() - began >= 1.1
        assert beats <= 2
        seen = [json.loads(line)["data"]["id"], lines.message()["data"]["id"]]
    assert seen == sent


def test_sends_a_broken_line_when_asked(app: Client, sandbox: Sandbox) -> None:
    follow(app, "#Broken")
    with stream(app) as lines:
        sandbox.fault("unreadable", f"GET {STREAM}")
        tweet = sandbox.tweet("One #Broken", handle="broken")
        with pytest.raises(json.JSONDecodeError):
            lines.message()
        assert lines.message()["data"]["id"] == tweet
