"""X's rules for what an account may post."""

from typing import Any

import pytest

from campaign.sandbox.problems import (
    DUPLICATE,
    NOT_SUMMONED,
    QUOTE_OF_DELETED,
    REPLY_TO_DELETED,
    TOO_LONG,
)
from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox


def refusal(detail: str) -> dict[str, Any]:
    return {"detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403}


def test_posts_and_deletes(account: Client, app: Client) -> None:
    answer = account.post("/2/tweets", {"text": "  Hello from London  "})
    made = answer.json()["data"]
    assert answer.status_code == 201
    assert made == {
        "id": made["id"],
        "text": "Hello from London",
        "edit_history_post_ids": [made["id"]],
    }
    assert account.call("DELETE", f"/2/tweets/{made['id']}").json() == {"data": {"deleted": True}}
    gone = app.get(f"/2/tweets/{made['id']}")
    assert (gone.status_code, list(gone.json())) == (200, ["errors"])
    assert account.call("DELETE", f"/2/tweets/{made['id']}").status_code == 404


def test_replies_to_who_named_the_account(account: Client, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("What can I do? @IWelcome_Now", handle="named")
    assert account.reply(tweet).status_code == 201
    (post,) = [post for post in sandbox.posts(by=sandbox.handle) if post["in_reply_to"] == tweet]
    assert (post["text"], post["conversation"]) == ("Thank you", tweet)


def test_replies_to_who_quoted_or_answered_it(account: Client, sandbox: Sandbox) -> None:
    ours = account.post("/2/tweets", {"text": "Quote this"}).json()["data"]["id"]
    quote = sandbox.tweet("Look at this", handle="quoter", quotes=ours)
    answer = sandbox.tweet("And then?", handle="answerer", in_reply_to=ours)
    assert account.reply(quote).status_code == 201
    assert account.reply(answer).status_code == 201


@pytest.mark.parametrize(
    "text",
    ["Only #IWelcome", "mail me at me@iwelcome_now", "@iwelcome_nowhere", "@iwelcome_test"],
)
def test_refuses_a_reply_when_not_summoned(account: Client, sandbox: Sandbox, text: str) -> None:
    answer = account.reply(sandbox.tweet(text, handle="stranger"))
    assert (answer.status_code, answer.json()) == (403, refusal(NOT_SUMMONED))


def test_refuses_a_reply_for_another_accounts_mention(
    other_account: Client, sandbox: Sandbox
) -> None:
    answer = other_account.reply(sandbox.tweet("Hello @iwelcome_now", handle="to_the_first"))
    assert (answer.status_code, answer.json()) == (403, refusal(NOT_SUMMONED))


def test_refuses_what_answers_or_quotes_a_deleted_post(account: Client, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Soon gone @iwelcome_now", handle="shy")
    sandbox.delete(tweet)
    answer = account.reply(tweet)
    assert (answer.status_code, answer.json()) == (403, refusal(REPLY_TO_DELETED))
    answer = account.post("/2/tweets", {"text": "See", "quote_tweet_id": tweet})
    assert (answer.status_code, answer.json()) == (403, refusal(QUOTE_OF_DELETED))


def test_refuses_a_duplicate(account: Client, sandbox: Sandbox) -> None:
    body = {"text": "The same words"}
    first = account.post("/2/tweets", body)
    again = account.post("/2/tweets", {"text": " the SAME   words "})
    assert (again.status_code, again.json()) == (403, refusal(DUPLICATE))
    account.call("DELETE", f"/2/tweets/{first.json()['data']['id']}")
    assert account.post("/2/tweets", body).status_code == 201
    sandbox.ahead(25 * 60 * 60)
    assert account.post("/2/tweets", body).status_code == 201


def test_allows_the_same_words_to_another_person(account: Client, sandbox: Sandbox) -> None:
    ann, bob = (sandbox.tweet("Hello @iwelcome_now", handle=handle) for handle in ("ann", "bob"))
    ann_again = sandbox.tweet("Hello again @iwelcome_now", handle="ann")
    statuses = [account.reply(tweet, "Same for all").status_code for tweet in (ann, bob, ann_again)]
    assert statuses == [201, 201, 403]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("x" * 280, 201),
        ("x" * 281, 403),
        ("語" * 140, 201),
        ("語" * 141, 403),
        ("👨‍👩‍👧" * 140, 201),
        ("👨‍👩‍👧" * 141, 403),
        (f"{'y' * 256} https://example.com/{'z' * 200}", 201),
        (f"{'y' * 257} https://example.com/{'z' * 200}", 403),
    ],
)
def test_weighs_the_text_as_x_does(account: Client, text: str, status: int) -> None:
    answer = account.post("/2/tweets", {"text": text})
    assert answer.status_code == status
    if status == 403:
        assert answer.json() == refusal(TOO_LONG)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "x", "idempotency_key": "1"}, "idempotency_key"),
        ({"text": 7}, "text"),
        ({"text": "x", "reply": {"in_reply_to_tweet_id": 7}}, "reply.in_reply_to_tweet_id"),
        ({"text": "x", "reply": {}}, "reply.in_reply_to_tweet_id"),
        ({"text": "x", "media": {"media_ids": []}}, "media.media_ids"),
        ({"text": "x", "media": {"media_ids": ["1"] * 5}}, "media.media_ids"),
        ({"text": "x", "reply": {"in_reply_to_tweet_id": "1", "why": 1}}, "reply.why"),
        ([], ""),
    ],
)
def test_refuses_a_body_that_x_does_not_know(account: Client, body: Any, name: str) -> None:
    answer = account.post("/2/tweets", body)
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (400, "Invalid Request")
    assert problem["type"] == "https://api.x.com/2/problems/invalid-request"
    if name:
        assert list(problem["errors"][0]["parameters"]) == [name]


def test_refuses_to_delete_what_is_somebody_elses(account: Client, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Mine @iwelcome_now", handle="owner")
    assert account.call("DELETE", f"/2/tweets/{tweet}").status_code == 403
    assert account.call("DELETE", "/2/tweets/abc").status_code == 400


def test_refuses_parameters_on_a_write(account: Client) -> None:
    answer = account.call(
        "POST", "/2/tweets", params={"tweet_mode": "extended"}, json={"text": "x"}
    )
    assert answer.status_code == 400
    assert list(answer.json()["errors"][0]["parameters"]) == ["tweet_mode"]


def test_answers_a_problem_where_nothing_is(account: Client) -> None:
    answer = account.get("/2/nothing/here")
    assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
