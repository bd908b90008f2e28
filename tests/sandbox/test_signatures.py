"""Who is let in: OAuth 1.0a for an account, Bearer for an app."""

import time
from urllib.parse import quote

import pytest
import requests
from requests_oauthlib import OAuth1

from campaign.sandbox.credentials import CAMPAIGN
from campaign.sandbox.signatures import base_string, sign
from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox

KEYS = CAMPAIGN["credentials"]
UNAUTHORIZED = {
    "title": "Unauthorized",
    "type": "about:blank",
    "status": 401,
    "detail": "Unauthorized",
}


def header(url: str, **changed: str) -> dict[str, str]:
    """A signed GET, with something else in it."""
    oauth = {
        "oauth_consumer_key": KEYS["consumer_key"],
        "oauth_token": KEYS["access_token"],
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": f"nonce-{time.monotonic_ns()}",
        "oauth_version": "1.0",
        **changed,
    }
    signature = sign(
        base_string("GET", url, oauth.items()),
        consumer_secret=KEYS["consumer_secret"],
        token_secret=KEYS["access_token_secret"],
    )
    oauth = {"oauth_signature": signature} | oauth
    pairs = ", ".join(f'{name}="{quote(value, safe="")}"' for name, value in oauth.items())
    return {"Authorization": f"OAuth {pairs}"}


def me(sandbox: Sandbox, headers: dict[str, str]) -> requests.Response:
    return requests.get(f"{sandbox.base_url}/2/users/me", headers=headers, timeout=5)


def test_signs_the_example_of_the_specification() -> None:
    """RFC 5849, 1.2: the photo of the vacation."""
    oauth = {
        "oauth_consumer_key": "dpf43f3p2l4k3l03",
        "oauth_token": "nnch734d00sl2jdk",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "137131202",
        "oauth_nonce": "chapoH",
        "file": "vacation.jpg",
        "size": "original",
    }
    base = base_string("GET", "http://photos.example.net/photos", oauth.items())
    signature = sign(base, consumer_secret="kd94hf93k423kf44", token_secret="pfkkdhi9sl3r4s00")
    assert signature == "MdpQcU8iPSUjWoN/UDMsK2sui9I="


def test_accepts_the_signature_of_a_library(account: Client, sandbox: Sandbox) -> None:
    answer = account.get("/2/users/me", **{"user.fields": "public_metrics,location"})
    assert answer.status_code == 200
    assert answer.json()["data"]["username"] == sandbox.handle


def test_accepts_a_signature_made_by_hand(sandbox: Sandbox) -> None:
    assert me(sandbox, header(f"{sandbox.base_url}/2/users/me")).status_code == 200


def test_refuses_a_wrong_secret(sandbox: Sandbox) -> None:
    auth = OAuth1(KEYS["consumer_key"], "wrong", KEYS["access_token"], KEYS["access_token_secret"])
    answer = requests.get(f"{sandbox.base_url}/2/users/me", auth=auth, timeout=5)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "changed",
    [
        {"oauth_timestamp": str(int(time.time()) - 3600)},
        {"oauth_timestamp": "soon"},
        {"oauth_nonce": ""},
        {"oauth_consumer_key": "somebody-else"},
        {"oauth_token": "somebody-else"},
        {"oauth_signature_method": "PLAINTEXT"},
    ],
)
def test_refuses_what_is_signed_but_not_right(sandbox: Sandbox, changed: dict[str, str]) -> None:
    answer = me(sandbox, header(f"{sandbox.base_url}/2/users/me", **changed))
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


def test_refuses_a_request_that_comes_twice(sandbox: Sandbox) -> None:
    headers = header(f"{sandbox.base_url}/2/users/me")
    assert [me(sandbox, headers).status_code for _ in range(2)] == [200, 401]


def test_refuses_a_signature_for_another_address(sandbox: Sandbox) -> None:
    assert me(sandbox, header(f"{sandbox.base_url}/2/tweets")).status_code == 401


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer wrong", "Basic eDp5", "OAuth nonsense"])
def test_refuses_without_credentials(sandbox: Sandbox, value: str) -> None:
    answer = requests.get(
        f"{sandbox.base_url}/2/tweets/search/stream/rules",
        headers={"Authorization": value},
        timeout=5,
    )
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


def test_refuses_an_app_where_an_account_is_needed(app: Client) -> None:
    answer = app.post("/2/tweets", {"text": "From nobody"})
    assert answer.status_code == 403
    assert answer.json()["title"] == "Unsupported Authentication"


def test_refuses_an_account_where_an_app_is_needed(account: Client) -> None:
    answer = account.get("/2/tweets/search/stream/rules")
    assert answer.status_code == 403
    assert answer.json()["title"] == "Unsupported Authentication"


def test_logs_requests_without_their_secrets(account: Client, sandbox: Sandbox) -> None:
    sandbox.clear_requests()
    account.post("/2/tweets", {"text": "What is written down"})
    (entry,) = sandbox.requests("POST", "/2/tweets")
    assert {name: entry[name] for name in ("by", "body", "status", "fault", "query")} == {
        "by": sandbox.handle,
        "body": {"text": "What is written down"},
        "status": 201,
        "fault": None,
        "query": {},
    }
    assert abs(entry["at"] - time.time()) < 5
    assert not any(str(secret) in str(entry) for secret in KEYS.values())
