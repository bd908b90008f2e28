"""Faults on request, rate limits, and the controls themselves."""

import time
from typing import Any

import pytest
import requests

from campaign.sandbox import faults, troubles
from campaign.sandbox.problems import DUPLICATE, NOT_SUMMONED
from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox

CREATE = "POST /2/tweets"


def posted(sandbox: Sandbox, text: str) -> bool:
    return text in [post["text"] for post in sandbox.posts(by=sandbox.handle)]


@pytest.mark.parametrize(
    ("kind", "status", "title"),
    [
        ("refuse", 403, "Forbidden"),
        ("401", 401, "Unauthorized"),
        ("402", 402, "CreditsDepleted"),
        ("413", 413, None),
        ("429", 429, "Too Many Requests"),
        ("500", 500, "Internal Server Error"),
        ("503", 503, "Service Unavailable"),
    ],
)
def test_answers_as_asked_and_posts_nothing(
    *, account: Client, sandbox: Sandbox, kind: str, status: int, title: str | None
) -> None:
    sandbox.fault(kind, CREATE)
    text = f"Struck by {kind}"
    answer = account.post("/2/tweets", {"text": text})
    assert answer.status_code == status
    assert (answer.json()["title"] if title else answer.content) == (title or b"")
    assert not posted(sandbox, text)
    assert account.post("/2/tweets", {"text": text}).status_code == 201


def test_says_when_the_window_opens(account: Client, sandbox: Sandbox) -> None:
    sandbox.fault("429", CREATE, seconds=5)
    answer = account.post("/2/tweets", {"text": "Limited"})
    opens = int(answer.headers["x-rate-limit-reset"])
    assert answer.headers["x-rate-limit-remaining"] == "0"
    assert 3 < opens - time.time() < 7


def test_refuses_in_the_words_that_were_given(account: Client, sandbox: Sandbox) -> None:
    sandbox.fault("refuse", CREATE, times=2)
    sandbox.fault("refuse", CREATE, detail=DUPLICATE)
    details = [account.post("/2/tweets", {"text": "Words"}).json()["detail"] for _ in range(3)]
    assert details == [NOT_SUMMONED, NOT_SUMMONED, DUPLICATE]


def test_lets_some_pass_before_it_strikes(account: Client, sandbox: Sandbox) -> None:
    sandbox.fault("503", CREATE, after=2, times=1)
    statuses = [account.post("/2/tweets", {"text": f"Number {n}"}).status_code for n in range(4)]
    assert statuses == [201, 201, 503, 201]
    (fault,) = sandbox.control("GET", "/_faults")["faults"]
    assert (fault["struck"], fault["spent"]) == (1, True)


@pytest.mark.parametrize(
    ("kind", "error", "stored"),
    [
        ("timeout_before", requests.ReadTimeout, False),
        ("timeout_after", requests.ReadTimeout, True),
        ("reset_before", requests.ConnectionError, False),
        ("reset_after", requests.ConnectionError, True),
    ],
)
def test_breaks_off_before_or_after_it_obeyed(
    *, account: Client, sandbox: Sandbox, kind: str, error: type[Exception], stored: bool
) -> None:
    sandbox.fault(kind, CREATE)
    sandbox.clear_requests()
    with pytest.raises(error):
        account.call("POST", "/2/tweets", json={"text": kind}, timeout=0.3)
    assert posted(sandbox, kind) is stored
    (entry,) = sandbox.requests("POST", "/2/tweets")
    assert (entry["fault"], entry["status"], entry["body"]) == (kind, None, {"text": kind})
    again = account.post("/2/tweets", {"text": kind})
    assert again.status_code == (403 if stored else 201)


@pytest.mark.parametrize(("kind", "status"), [("error_after", 503), ("unreadable", 201)])
def test_obeys_but_answers_wrongly(
    account: Client, sandbox: Sandbox, kind: str, status: int
) -> None:
    sandbox.fault(kind, CREATE)
    answer = account.post("/2/tweets", {"text": kind})
    assert answer.status_code == status
    if kind == "unreadable":
        with pytest.raises(requests.JSONDecodeError):
            answer.json()
    assert posted(sandbox, kind)


def test_shows_a_post_late(account: Client, sandbox: Sandbox) -> None:
    sandbox.fault("late_timeline", seconds=60)
    made = account.post("/2/tweets", {"text": "Late"}).json()["data"]["id"]
    path = f"/2/users/{sandbox.account_id}/tweets"
    assert made not in account.get(path).text
    assert account.get(f"/2/tweets/{made}").json()["data"]["id"] == made
    sandbox.ahead(61)
    assert made in account.get(path).text


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "earthquake", "on": CREATE},
        {"kind": "503"},
        {"kind": "503", "on": "POST /2/twits"},
        {"kind": "503", "on": CREATE, "times": 0},
        {"kind": "503", "on": CREATE, "colour": "red"},
        [],
    ],
)
def test_refuses_a_fault_that_makes_no_sense(sandbox: Sandbox, body: Any) -> None:
    answer = requests.post(f"{sandbox.base_url}/_faults", json=body, timeout=5)
    assert answer.status_code == 400
    assert sandbox.control("GET", "/_faults") == {"faults": []}


def test_forgets_faults(account: Client, sandbox: Sandbox) -> None:
    sandbox.fault("503", CREATE, times=None)
    statuses = [account.post("/2/tweets", {"text": f"Ever {n}"}).status_code for n in range(3)]
    sandbox.clear_faults()
    assert [*statuses, account.post("/2/tweets", {"text": "Ever"}).status_code] == [
        503,
        503,
        503,
        201,
    ]


@pytest.mark.parametrize("path", ["/_faults", "/_posts", "/_clock", "/_limits", "/_rain"])
def test_takes_controls_from_no_web_page(sandbox: Sandbox, path: str) -> None:
    url = f"{sandbox.base_url}{path}"
    form = requests.post(url, data={"kind": "503"}, timeout=5)
    page = requests.post(url, json={}, headers={"Origin": "https://evil.example"}, timeout=5)
    assert (form.status_code, page.status_code) == (415, 403)


def test_answers_to_the_name_of_this_machine_only(sandbox: Sandbox) -> None:
    """Another name that was made to point here (DNS rebinding) gets nothing."""
    answer = requests.get(sandbox.base_url, headers={"Host": "evil.example"}, timeout=5)
    assert answer.status_code == 400


def test_counts_requests_down(account: Client) -> None:
    first, second = (account.get("/2/users/me") for _ in range(2))
    assert first.headers["x-rate-limit-limit"] == "75"
    assert [answer.headers["x-rate-limit-remaining"] for answer in (first, second)] == ["74", "73"]
    assert 890 < int(first.headers["x-rate-limit-reset"]) - time.time() < 902


def test_limits_posts_by_account_and_the_app_by_day(account: Client, sandbox: Sandbox) -> None:
    answers = [account.post("/2/tweets", {"text": f"Limit {n}"}) for n in range(101)]
    assert [answer.status_code for answer in answers] == [201] * 100 + [429]
    assert answers[-1].json()["title"] == "Too Many Requests"
    assert answers[-1].headers["x-rate-limit-remaining"] == "0"
    assert answers[-1].headers["x-app-limit-24hour-remaining"] == "9900"
    sandbox.ahead(901)
    assert account.post("/2/tweets", {"text": "A new window"}).status_code == 201


def test_keeps_accounts_apart(account: Client, other_account: Client, sandbox: Sandbox) -> None:
    sandbox.limit(CREATE, requests=1, seconds=1)
    statuses = [
        client.post("/2/tweets", {"text": f"Apart {n}"}).status_code
        for client in (account, other_account)
        for n in range(2)
    ]
    assert statuses == [201, 429, 201, 429]


def test_tells_the_limits_with_a_refusal_too(account: Client) -> None:
    answer = account.post("/2/tweets", {"text": ""})
    assert (answer.status_code, answer.headers["x-rate-limit-remaining"]) == (400, "99")


def test_narrows_the_log(account: Client, sandbox: Sandbox) -> None:
    sandbox.clear_requests()
    account.get("/2/users/me")
    account.get("/2/tweets/1")
    assert [entry["path"] for entry in sandbox.requests()] == ["/2/users/me", "/2/tweets/1"]
    assert [entry["path"] for entry in sandbox.requests("GET", "/2/tweets/1")] == ["/2/tweets/1"]
    later = sandbox.control("GET", f"/_requests?since={time.time() + 60}")
    assert later == {"requests": []}


def test_late_answer_is_done_first_and_said_later(account: Client, sandbox: Sandbox) -> None:
    sandbox.fault("late_answer", CREATE, seconds=0.3)
    began = time.monotonic()
    answer = account.post("/2/tweets", {"text": "Slowly"})
    assert (answer.status_code, time.monotonic() - began >= 0.3) == (201, True)


def test_limit_shrinks_and_the_headers_tell(account: Client, sandbox: Sandbox) -> None:
    sandbox.limit(CREATE, 8)
    sandbox.fault("limit_shrinks", CREATE, times=2)
    told = [account.post("/2/tweets", {"text": f"No. {number}"}).headers for number in range(3)]
    assert [one["x-rate-limit-limit"] for one in told] == ["4", "2", "2"]
    assert [one["x-rate-limit-remaining"] for one in told] == ["3", "0", "0"]


@pytest.mark.parametrize(("kind", "status"), [("429_88", 429), ("media_invalid", 400)])
def test_refusals_come_in_xs_other_shapes(
    account: Client, sandbox: Sandbox, kind: str, status: int
) -> None:
    sandbox.fault(kind, CREATE)
    answer = account.post("/2/tweets", {"text": "Struck"})
    assert answer.status_code == status
    said = answer.json()["errors"][0]["message"]
    assert said in {"Rate limit exceeded", "Your media IDs are invalid."}


@pytest.mark.parametrize("by", ["page", "api"])
def test_every_fault_is_on_request(sandbox: Sandbox, by: str) -> None:
    for kind, place in faults.KINDS.items():
        if by == "api":
            sandbox.fault(kind, None if place else CREATE, after=9)
        else:
            form = {"kind": kind, "on": CREATE, "after": "9"}
            answer = requests.post(f"{sandbox.base_url}/faults", data=form, timeout=10)
            assert answer.status_code == 200, kind
    found = sandbox.control("GET", "/_faults")["faults"]
    assert [(one["kind"], one["on"]) for one in found] == [
        (kind, place or CREATE) for kind, place in faults.KINDS.items()
    ]


def test_page_tells_what_each_fault_does(sandbox: Sandbox) -> None:
    told = [kind for group in troubles.TOLD.values() for kind in group]
    assert sorted(told) == sorted(faults.KINDS)
    page = requests.get(f"{sandbox.base_url}/faults", timeout=10).text
    assert all(f'value="{kind}"' in page for kind in faults.KINDS)


def test_page_asks_for_faults_and_forgets_them(sandbox: Sandbox) -> None:
    page = f"{sandbox.base_url}/faults"
    form = {"kind": "503", "on": CREATE, "times": "2", "after": "0", "seconds": "", "detail": ""}
    body = requests.post(page, data=form, timeout=10).text
    assert "struck 0 of" in body
    (fault,) = sandbox.control("GET", "/_faults")["faults"]
    assert (fault["kind"], fault["on"], fault["times"]) == ("503", CREATE, 2)
    assert requests.post(page, data=form | {"kind": "flood"}, timeout=10).status_code == 400
    stranger = {"Origin": "https://elsewhere.example"}
    assert requests.post(page, data=form, headers=stranger, timeout=10).status_code == 403
    requests.post(page, data={"clear": "1"}, timeout=10)
    assert sandbox.control("GET", "/_faults")["faults"] == []
