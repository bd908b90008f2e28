"""Whether a post may exist: each way in which a call can fail, on real sockets."""

import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from campaign.networks import transport, x
from campaign.networks.base import (
    NetworkError,
    OutcomeUnknown,
    RateLimited,
    Refusal,
    Rejected,
    Unreachable,
)
from campaign.networks.x import X
from tests.networks.wire import Answer, Wire, hang_up, reply, reset, say, serving

CREDENTIALS = {
    "consumer_key": "the-consumer-key",
    "consumer_secret": "the-consumer-secret",
    "access_token": "the-access-token",
    "access_token_secret": "the-access-token-secret",
    "bearer_token": "the-bearer-token",
}
CREATED = b'{"data": {"id": "1234567890123456789", "text": "Hello"}}'


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x, "TIMEOUT", (0.5, 0.5))


def network(url: str) -> X:
    return X(CREDENTIALS, account_id="77", base_url=url, stream_url=url)


@pytest.fixture
def free_url() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"


def create(url: str) -> NetworkError:
    with pytest.raises(NetworkError) as caught:
        X.create_reply(adapter := network(url), "Hello", in_reply_to="42", media_ids=["7"])
    adapter.close()
    return caught.value


def answered(*answers: Answer) -> tuple[NetworkError, Wire]:
    with serving(*answers) as wire:
        return create(wire.url), wire


def test_create_returns_the_id_and_what_is_left_of_the_window() -> None:
    window = (
        "x-rate-limit-limit: 100\r\nx-rate-limit-remaining: 99\r\n"
        "x-rate-limit-reset: 1800000000\r\n"
    )
    with serving(reply("201 Created", CREATED, headers=window)) as wire:
        posted = network(wire.url).create_reply("Hello", in_reply_to="42", media_ids=["7"])
    assert (posted.id, posted.text) == ("1234567890123456789", "Hello")
    assert posted.window is not None
    assert (posted.window.limit, posted.window.remaining) == (100, 99)
    assert posted.window.resets_at == datetime.fromtimestamp(1800000000, UTC)
    head, _, body = wire.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /2/tweets HTTP/1.1\r\n")
    assert b"Authorization: OAuth " in head
    assert body == (
        b'{"text": "Hello", "reply": {"in_reply_to_tweet_id": "42"}, "media": {"media_ids": ["7"]}}'
    )


# Nothing left ---------------------------------------------------------------------------------


def test_create_is_unreachable_when_the_connection_is_refused(free_url: str) -> None:
    assert isinstance(create(free_url), Unreachable)


def test_create_is_unreachable_when_the_name_is_unknown() -> None:
    assert isinstance(create("http://nowhere.invalid"), Unreachable)


def test_create_is_unreachable_when_nobody_accepts() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        port = full.getsockname()[1]
        waiting = []
        for _ in range(4):  # until the queue of connections is full
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
            waiting.append(one)
        error = create(f"http://127.0.0.1:{port}")
        for one in waiting:
            one.close()
    assert isinstance(error, Unreachable)
    assert "ConnectTimeout" in error.facts.error


@pytest.mark.parametrize("answer", [say(b"HTTP/1.1 200 OK\r\n\r\n"), hang_up, reset])
def test_create_is_unreachable_when_tls_fails(answer: Answer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            client.recv(10)
            answer(client)

        thread = threading.Thread(target=serve)
        thread.start()
        error = create(f"https://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
    assert isinstance(error, Unreachable)


def test_create_is_unreachable_when_the_address_is_none() -> None:
    assert isinstance(create("http://"), Unreachable)


# May have left --------------------------------------------------------------------------------

UNKNOWN: dict[str, Answer] = {
    "reset": reset,
    "hang_up": hang_up,
    "silence": lambda _client: time.sleep(1.5),
    "half_a_head": say(b"HTTP/1.1 201 Crea"),
    "garbage": say(b"\x00\xff\x00garbage\r\n\r\n"),
    "half_a_body": say(b'HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"data": {"id'),
    "reset_in_body": say(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{", then=reset),
    "wrong_gzip": say(
        b"HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"
    ),
    "broken_chunks": say(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    "created_but_empty": reply("201 Created"),
    "created_but_no_json": reply("201 Created", b"<html>"),
    "created_but_a_list": reply("201 Created", b"[]"),
    "created_without_id": reply("201 Created", b'{"data": {"text": "Hello"}}'),
    "created_with_a_strange_id": reply("201 Created", b'{"data": {"id": 5}}'),
    "created_with_errors_only": reply("200 OK", b'{"errors": [{"title": "Hm"}]}'),
    "500": reply("500 Internal Server Error", b"{}"),
    "502": reply("502 Bad Gateway", b"<html>"),
    "503": reply("503 Service Unavailable"),
    "504": reply("504 Gateway Timeout"),
    "408": reply("408 Request Timeout"),
    "moved": reply("307 Temporary Redirect", headers="Location: http://127.0.0.1:9/\r\n"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_create_is_unknown_when_the_request_may_have_left(name: str) -> None:
    error, wire = answered(UNKNOWN[name])
    assert isinstance(error, OutcomeUnknown)
    assert len(wire.requests) == 1


def test_create_is_unknown_when_an_answer_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x, "TIMEOUT", (0.3, 0.3))

    def drip(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(30):
            client.sendall(b" ")
            time.sleep(0.05)

    began = time.monotonic()
    error, _ = answered(drip)
    assert isinstance(error, OutcomeUnknown)
    assert time.monotonic() - began < 2.5


def test_create_follows_no_redirect() -> None:
    with serving(reply("201 Created", CREATED)) as target:
        elsewhere = f"Location: {target.url}/2/tweets\r\n"
        for status in ("301 Moved", "302 Found", "303 See Other", "307 Again", "308 For good"):
            assert isinstance(answered(reply(status, headers=elsewhere))[0], OutcomeUnknown)
    assert target.requests == []


def test_create_is_sent_once_over_a_connection_that_died_while_idle() -> None:
    """The pool thinks that the connection lives; the server resets it as the request arrives."""
    me = b'{"data": {"id": "77", "username": "iwelcome"}}'
    with serving(reply(body=me, close=False), reset, requests_per_connection=2) as wire:
        adapter = network(wire.url)
        adapter.me()
        with pytest.raises(OutcomeUnknown):
            adapter.create_reply("Hello", in_reply_to="42")
        adapter.close()
    assert len(wire.requests) == 2
    assert wire.connections == 1


def test_create_takes_a_new_connection_after_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaign.networks.transport.IDLE_LIMIT", 0.0)
    me = b'{"data": {"id": "77", "username": "iwelcome"}}'
    answers = (reply(body=me, close=False), reply("201 Created", CREATED))
    with serving(*answers, requests_per_connection=2) as wire:
        adapter = network(wire.url)
        adapter.me()
        assert adapter.create_reply("Hello", in_reply_to="42").id == "1234567890123456789"
        adapter.close()
    assert wire.connections == 2


def test_nothing_in_the_session_repeats() -> None:
    session = network("https://api.x.com")._api._session
    for address in ("https://api.x.com/2/tweets", "http://127.0.0.1/"):
        retries = session.get_adapter(address).max_retries
        assert (retries.total, retries.read, retries.redirect) == (0, False, None)


def test_a_tls_error_in_the_middle_of_an_answer_is_unknown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same exception as in a handshake, but the request is out."""

    def broken(*_args: object, **_more: object) -> None:
        raise ssl.SSLError("bad record mac")

    with serving(reply("201 Created", CREATED)) as wire:
        monkeypatch.setattr(transport._WatchedConnection, "getresponse", broken)
        error = create(wire.url)
    assert isinstance(error, OutcomeUnknown)


# Refused ----------------------------------------------------------------------------------------

NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
    "engaged by the author of the post you are replying to."
)
SUSPENDED = "Your account is suspended and is not permitted to access this feature."
DELETED = "You attempted to reply to a Tweet that is deleted or not visible to you."
DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


def detail(words: str) -> bytes:
    return json.dumps({"title": "Forbidden", "detail": words, "type": "about:blank"}).encode()


REFUSED = [
    ("403 Forbidden", detail(DUPLICATE), Refusal.DUPLICATE),
    ("403 Forbidden", detail(NOT_SUMMONED), Refusal.NOT_SUMMONED),
    ("403 Forbidden", detail(DELETED), Refusal.GONE),
    ("403 Forbidden", detail(SUSPENDED), Refusal.SUSPENDED),
    ("403 Forbidden", detail("You have been blocked from replying."), Refusal.BLOCKED),
    ("403 Forbidden", detail("Something new of X"), Refusal.REFUSED),
    ("400 Bad", b'{"errors": [{"message": "Your media IDs are invalid."}]}', Refusal.MEDIA_INVALID),
    ("400 Bad Request", detail("Your Tweet text is too long."), Refusal.TOO_LONG),
    ("402 Payment Required", b'{"title": "CreditsDepleted"}', Refusal.CREDITS),
    ("401 Unauthorized", b'{"title": "Unauthorized"}', Refusal.REVOKED),
    ("404 Not Found", b"", Refusal.GONE),
    ("413 Payload Too Large", b"", Refusal.TOO_LARGE),
    ("418 Teapot", b"<html>", Refusal.REFUSED),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSED)
def test_create_is_rejected_with_the_reason(status: str, body: bytes, kind: Refusal) -> None:
    error, wire = answered(reply(status, body))
    assert isinstance(error, Rejected)
    assert error.kind is kind
    assert error.facts.status == int(status[:3])
    assert error.facts.body == body.decode()
    assert len(wire.requests) == 1


def test_a_refusal_says_which_ones_stop_the_account() -> None:
    assert {kind for kind in Refusal if kind.stops_account} == {
        Refusal.CREDITS,
        Refusal.REVOKED,
        Refusal.SUSPENDED,
    }


def test_a_refusal_keeps_the_networks_own_words() -> None:
    error, _ = answered(
        reply("400 Bad", b'{"title": "Invalid Request", "errors": [{"message": "No such thing"}]}')
    )
    assert str(error) == "Invalid Request: No such thing"


# Limited ----------------------------------------------------------------------------------------


def limited(headers: str, body: bytes = b"{}") -> datetime:
    error, _ = answered(reply("429 Too Many Requests", body, headers=headers))
    assert isinstance(error, RateLimited)
    return error.retry_at


def test_create_is_limited_until_the_window_opens() -> None:
    opens = int(time.time()) + 300
    assert limited(f"x-rate-limit-reset: {opens}\r\n") == datetime.fromtimestamp(opens, UTC)


def test_create_is_limited_until_the_day_is_over_when_the_day_is_used_up() -> None:
    day, window = int(time.time()) + 4000, int(time.time()) + 300
    headers = (
        f"x-rate-limit-reset: {window}\r\nx-user-limit-24hour-remaining: 0\r\n"
        f"x-user-limit-24hour-reset: {day}\r\n"
    )
    assert limited(headers) == datetime.fromtimestamp(day, UTC)


@pytest.mark.parametrize("headers", ["", "x-rate-limit-reset: soon\r\n"])
def test_create_is_limited_for_a_minute_when_x_says_no_time(headers: str) -> None:
    wait = limited(headers, b'{"errors": [{"code": 88}]}') - datetime.now(UTC)
    assert timedelta(seconds=50) < wait <= timedelta(seconds=60)


def test_a_limit_is_never_in_the_past_and_never_past_a_day() -> None:
    now = datetime.now(UTC)
    assert limited("x-rate-limit-reset: 1000000000\r\n") > now
    assert limited("x-rate-limit-reset: 99999999999\r\n") < now + timedelta(days=1, minutes=1)


# Facts ------------------------------------------------------------------------------------------


def test_facts_hold_no_secret_and_what_helps() -> None:
    body = b'{"detail": "the-consumer-secret and the-bearer-token \\u00e4"}' + b" " * 9000
    headers = "x-rate-limit-remaining: 3\r\nset-cookie: guest=1\r\nx-transaction-id: abc\r\n"
    error, _ = answered(reply("403 Forbidden", body, headers=headers))
    facts = error.facts.as_json()
    assert facts["method"] == "POST"
    assert facts["path"] == "/2/tweets"
    assert facts["headers"] == {
        "content-type": "application/json",
        "x-rate-limit-remaining": "3",
        "x-transaction-id": "abc",
    }
    assert len(facts["body"]) <= 2_000
    for secret in CREDENTIALS.values():
        assert secret not in repr(facts)


def test_incomplete_credentials_are_refused_by_name() -> None:
    with pytest.raises(Rejected, match=r"lack consumer_secret, bearer_token\.") as caught:
        X(CREDENTIALS | {"consumer_secret": "", "bearer_token": ""}, base_url="", stream_url="")
    assert caught.value.kind is Refusal.REVOKED
