"""The filtered stream over lines that break, stutter and lie."""

import json
import socket
import time
from collections.abc import Callable
from itertools import islice
from threading import Event, Timer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.networks.base import Arrived, Connected, Heartbeat, Lost, Skipped, StreamEvent
from campaign.networks.stream import Backoff, Lines, XStream
from campaign.networks.x import Bearer
from tests.networks.wire import Answer, Wire, hang_up, reply, reset, say, serving

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n"


def post(number: int, text: str = "Hello") -> bytes:
    payload = {
        "data": {"id": str(number), "text": text, "author_id": "7"},
        "includes": {"users": [{"id": "7", "username": "tess"}]},
    }
    return json.dumps(payload).encode() + b"\r\n"


def chunked(*parts: bytes) -> bytes:
    head = HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked")
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def listening(
    *answers: Answer, count: int, freed: Callable[[], None] = lambda: None, timeout: float = 5.0
) -> tuple[list[StreamEvent], Wire]:
    stop = Event()
    with serving(*answers) as wire:
        stream = XStream(
            url=f"{wire.url}/2/tweets/search/stream",
            params={},
            auth=Bearer("the-token"),
            free_connections=freed,
            read_timeout=timeout,
        )
        events = stream.events(stop=stop)
        stop.wait = lambda timeout=None: stop.is_set()  # type: ignore[method-assign]  # no waiting
        got = list(islice(events, count))
        stop.set()
        events.close()  # type: ignore[attr-defined]  # it is a generator
    return got, wire


@pytest.mark.parametrize("wrap", [lambda *parts: HEAD + b"".join(parts), chunked])
def test_posts_and_heartbeats_arrive_one_by_one(wrap: Callable[..., bytes]) -> None:
    halves = post(2)[:20], post(2)[20:]
    events, wire = listening(say(wrap(post(1), b"\r\n", *halves, b"\r\n")), count=6)
    assert events[0] == Connected()
    assert [event.post.id for event in events if isinstance(event, Arrived)] == ["1", "2"]
    assert events.count(Heartbeat()) == 2
    assert isinstance(events[5], Lost)
    assert b"Authorization: Bearer the-token" in wire.requests[0]


def test_a_post_is_not_held_back_until_more_comes() -> None:
    def slowly(client: socket.socket) -> None:
        client.sendall(HEAD + post(1))
        time.sleep(1)

    began = time.monotonic()
    events, _ = listening(slowly, count=2)
    assert isinstance(events[1], Arrived)
    assert time.monotonic() - began < 1.9


def test_unreadable_messages_are_skipped_and_the_rest_arrives() -> None:
    no_author = json.dumps({"data": {"id": "3", "text": "x", "author_id": "9"}}).encode() + b"\r\n"
    huge = b'{"data": "' + b"x" * 3_000_000 + b'"}\r\n'
    lines = [b"{nonsense\r\n", b"[1]\r\n", no_author, huge, b'{"data": {"id": 5}}\r\n', post(4)]
    events, _ = listening(say(HEAD + b"".join(lines)), count=7)
    reasons = [event.reason for event in events if isinstance(event, Skipped)]
    assert reasons == ["not_json", "not_an_object", "no_author", "too_long", "no_id"]
    assert isinstance(events[6], Arrived)


@pytest.mark.parametrize("ending", [hang_up, reset])
def test_the_stream_comes_back_after_a_break(ending: Answer) -> None:
    events, wire = listening(say(HEAD + post(1), then=ending), say(HEAD + post(2)), count=5)
    kinds = [type(event).__name__ for event in events]
    assert kinds == ["Connected", "Arrived", "Lost", "Connected", "Arrived"]
    assert wire.connections == 2


def test_silence_longer_than_a_heartbeat_is_a_break() -> None:
    def silent(client: socket.socket) -> None:
        client.sendall(HEAD)
        time.sleep(1)

    events, _ = listening(silent, count=2, timeout=0.3)
    assert [type(event).__name__ for event in events] == ["Connected", "Lost"]


def test_http_errors_wait_longer_each_time() -> None:
    events, _ = listening(reply("503 Down"), count=9)
    waits = [event.retry_in for event in events if isinstance(event, Lost)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 320, 320]


def test_limits_wait_from_a_minute_on() -> None:
    events, _ = listening(reply("429 Slow down", b"{}"), count=5)
    waits = [event.retry_in for event in events if isinstance(event, Lost)]
    assert waits == pytest.approx([60, 120, 240, 480, 900], abs=1)


def test_breaks_wait_a_quarter_second_more_each_time() -> None:
    events, _ = listening(say(HEAD), count=6)
    waits = [event.retry_in for event in events if isinstance(event, Lost)]
    assert waits == [0.25, 0.5, 0.75]


def test_waiting_starts_anew_after_a_sign_of_life() -> None:
    events, _ = listening(reply("503 Down"), say(HEAD + b"\r\n"), reply("503 Down"), count=5)
    waits = [event.retry_in for event in events if isinstance(event, Lost)]
    assert waits == [5, 0.25, 5]


def test_too_many_connections_frees_the_stuck_one() -> None:
    freed: list[bool] = []
    body = b'{"title": "ConnectionException", "connection_issue": "TooManyConnections"}'
    events, _ = listening(
        reply("429 Too Many", body), say(HEAD), count=2, freed=lambda: freed.append(True)
    )
    assert freed == [True]
    assert events[1] == Connected()


def test_an_operational_disconnect_is_a_break_with_its_reason() -> None:
    goodbye = {
        "errors": [
            {
                "title": "operational-disconnect",
                "disconnect_type": "UpstreamOperationalDisconnect",
                "detail": "This stream has been disconnected upstream for operational reasons.",
                "type": "https://api.x.com/2/problems/operational-disconnect",
            }
        ]
    }
    line = json.dumps(goodbye).encode() + b"\r\n"
    events, _ = listening(say(HEAD + line + post(1)), count=2)
    assert events[1] == Lost(
        "X disconnects: This stream has been disconnected upstream for operational reasons.", 0.25
    )


def test_stop_wakes_a_read_at_once() -> None:
    def silent(client: socket.socket) -> None:
        client.sendall(HEAD)
        client.settimeout(5)
        client.recv(1)

    stop = Event()
    with serving(silent) as wire:
        stream = XStream(url=wire.url, params={}, auth=Bearer("t"), free_connections=lambda: None)
        events = stream.events(stop=stop)
        assert next(events) == Connected()
        Timer(0.2, stop.set).start()
        began = time.monotonic()
        assert list(events) == []
        assert time.monotonic() - began < 2


def test_backoff_has_its_ceilings() -> None:
    backoff = Backoff()
    assert [max(backoff.after_network() for _ in range(100)), backoff.http, backoff.limited] == [
        16,
        0,
        0,
    ]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=8), st.integers(1, 50))
def test_lines_are_the_same_however_they_are_cut(lines: list[bytes], size: int) -> None:
    whole = b"\n".join(lines) + b"\n"
    cut = Lines(limit=20)
    fed = [
        line
        for start in range(0, len(whole), size)
        for line in cut.feed(whole[start : start + size])
    ]
    assert fed == [None if len(x) > 20 else x.strip() for x in whole[:-1].split(b"\n")]
