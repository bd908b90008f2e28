"""Looking posts and people up, searching, paging; in both of X's dialects."""

from typing import Any

import pytest

from campaign.sandbox.clock import first_id
from campaign.sandbox.text import short_link
from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox

OLD = {
    "tweet.fields": "created_at,lang,conversation_id,referenced_tweets,entities,public_metrics,"
    "possibly_sensitive,in_reply_to_user_id,edit_history_tweet_ids,author_id",
    "expansions": "author_id,referenced_tweets.id",
    "user.fields": "username,name,profile_image_url,verified,public_metrics,created_at,"
    "description,location",
}
NEW = {
    "post.fields": "created_at,lang,conversation_id,entities,public_metrics",
    "expansions": "author_id,referenced_posts,in_reply_to_user_id",
    "user.fields": "public_metrics",
}


def ids(answer: Any) -> list[str]:
    return [post["id"] for post in answer.json().get("data", [])]


def test_shows_little_unless_asked(app: Client, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Plain", handle="plain")
    assert app.get(f"/2/tweets/{tweet}").json() == {
        "data": {"id": tweet, "text": "Plain", "edit_history_post_ids": [tweet]}
    }


def test_speaks_the_old_dialect_when_asked(app: Client, account: Client, sandbox: Sandbox) -> None:
    text = "See https://example.com/a @iwelcome_now #IWelcome"
    tweet = sandbox.tweet(text, handle="dialect", name="Di", lang="en", followers=7)
    reply = account.reply(tweet, "In the old dialect").json()["data"]["id"]
    answer = app.get(f"/2/tweets/{reply}", **OLD).json()
    author, original = answer["includes"]["users"], answer["includes"]["tweets"]
    assert answer["data"]["referenced_tweets"] == [{"type": "replied_to", "id": tweet}]
    assert answer["data"]["edit_history_tweet_ids"] == [reply]
    assert answer["data"]["conversation_id"] == tweet
    assert answer["data"]["author_id"] == sandbox.account_id
    assert [user["username"] for user in author] == [sandbox.handle]
    link = short_link("https://example.com/a")
    assert original[0]["text"] == f"See {link} @iwelcome_now #IWelcome"
    assert original[0]["entities"] == {
        "urls": [
            {
                "start": 4,
                "end": 27,
                "url": link,
                "expanded_url": "https://example.com/a",
                "display_url": "example.com/a",
            }
        ],
        "mentions": [
            {"start": 28, "end": 41, "username": "iwelcome_now", "id": sandbox.account_id}
        ],
        "hashtags": [{"start": 42, "end": 51, "tag": "IWelcome"}],
    }
    assert original[0]["public_metrics"]["retweet_count"] == 0
    assert original[0]["public_metrics"]["reply_count"] == 1


def test_speaks_the_new_dialect_when_asked(app: Client, account: Client, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Newer @iwelcome_now", handle="newer", followers=7)
    reply = account.reply(tweet, "In the new dialect").json()["data"]["id"]
    answer = app.get("/2/tweets", ids=f"{reply},{tweet}", **NEW).json()
    assert [post["id"] for post in answer["data"]] == [reply, tweet]
    assert answer["data"][0]["referenced_posts"] == [{"type": "replied_to", "id": tweet}]
    assert [post["id"] for post in answer["includes"]["posts"]] == [tweet]
    metrics = {user["username"]: user["public_metrics"] for user in answer["includes"]["users"]}
    assert set(metrics) == {"iwelcome_now", "newer"}
    assert metrics["newer"]["followers_count"] == 7
    assert metrics["newer"]["post_count"] == 1
    assert "tweet_count" not in metrics["newer"]


def test_answers_with_data_and_errors_where_some_are_gone(app: Client, sandbox: Sandbox) -> None:
    here = sandbox.tweet("Here", handle="half")
    answer = app.get("/2/tweets", ids=f"{here},1")
    assert answer.status_code == 200
    assert ids(answer) == [here]
    assert answer.json()["errors"] == [
        {
            "value": "1",
            "resource_id": "1",
            "resource_type": "tweet",
            "parameter": "ids",
            "title": "Not Found Error",
            "detail": "Could not find tweet with ids: [1].",
            "type": "https://api.x.com/2/problems/resource-not-found",
        }
    ]


def test_tells_that_the_post_referred_to_is_gone(
    app: Client, account: Client, sandbox: Sandbox
) -> None:
    tweet = sandbox.tweet("Going @iwelcome_now", handle="going")
    reply = account.reply(tweet, "Before you go").json()["data"]["id"]
    sandbox.delete(tweet)
    answer = app.get(f"/2/tweets/{reply}", **OLD).json()
    assert answer["data"]["referenced_tweets"] == [{"type": "replied_to", "id": tweet}]
    assert [error["resource_id"] for error in answer["errors"]] == [tweet]


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        ("/2/tweets/1", {"tweet_mode": "extended"}, "tweet_mode"),
        ("/2/tweets/1", {"tweet.fields": "created_at,likes"}, "tweet.fields"),
        ("/2/tweets/1", {"post.fields": "author_id"}, "post.fields"),
        ("/2/tweets/1", {"expansions": "author"}, "expansions"),
        ("/2/tweets", {"ids": ""}, "ids.0"),
        ("/2/tweets", {}, "ids"),
        ("/2/tweets/search/recent", {}, "query"),
        ("/2/tweets/search/recent", {"query": "a", "max_results": "9"}, "max_results"),
        ("/2/tweets/search/recent", {"query": "a", "max_results": "101"}, "max_results"),
        ("/2/tweets/search/recent", {"query": "(a"}, "query"),
        ("/2/tweets/search/recent", {"query": "frm:x"}, "query"),
        ("/2/tweets/search/recent", {"query": "a", "next_token": "!"}, "next_token"),
        ("/2/tweets/search/recent", {"query": "a", "since_id": "x"}, "since_id"),
        ("/2/users/me", {"user.fields": "shoe_size"}, "user.fields"),
    ],
)
def test_refuses_unknown_parameters_and_values(
    account: Client, path: str, query: dict[str, str], name: str
) -> None:
    answer = account.get(path, **query)
    assert (answer.status_code, answer.json()["title"]) == (400, "Invalid Request")
    assert list(answer.json()["errors"][0]["parameters"]) == [name]


def test_refuses_both_dialects_at_once(app: Client) -> None:
    query = {"tweet.fields": "created_at", "post.fields": "created_at"}
    assert app.get("/2/tweets/1", **query).status_code == 400


def test_finds_people_by_handle(app: Client, sandbox: Sandbox) -> None:
    found = app.get(f"/2/users/by/username/{sandbox.handle.upper()}").json()
    assert found["data"] == {
        "id": sandbox.account_id,
        "name": "I Welcome",
        "username": sandbox.handle,
    }
    missing = app.get("/2/users/by/username/nobody_here")
    assert (missing.status_code, list(missing.json())) == (200, ["errors"])


def test_turns_the_pages_of_a_search(app: Client, sandbox: Sandbox) -> None:
    written = [sandbox.tweet(f"Page {number} #Pages", handle="paging") for number in range(23)]
    query = {"query": "#pages", "max_results": "10"}
    answers = [app.get("/2/tweets/search/recent", **query).json()]
    while token := answers[-1]["meta"].get("next_token"):
        answers.append(app.get("/2/tweets/search/recent", **query, next_token=token).json())
    seen = [[post["id"] for post in answer["data"]] for answer in answers]
    newest = answers[0]["meta"]["newest_id"]
    assert [answer["meta"]["result_count"] for answer in answers] == [10, 10, 3]
    assert [len(page) for page in seen] == [10, 10, 3]
    assert [post for page in seen for post in page] == written[::-1]
    assert newest == written[-1]
    later = app.get("/2/tweets/search/recent", query="#pages", since_id=newest)
    assert later.json() == {"meta": {"result_count": 0}}


def test_searches_seven_days_back_only(app: Client, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Old #Aging", handle="aging")
    sandbox.ahead(8 * 24 * 60 * 60)
    assert ids(app.get("/2/tweets/search/recent", query="#aging")) == []
    refused = app.get("/2/tweets/search/recent", query="#aging", since_id=tweet)
    assert refused.status_code == 400
    message = refused.json()["errors"][0]["message"]
    assert "must be a tweet id created after" in message
    sandbox.ahead(0)
    assert ids(app.get("/2/tweets/search/recent", query="#aging")) == [tweet]


def test_narrows_by_time_and_id(app: Client, sandbox: Sandbox) -> None:
    first, second, third = (sandbox.tweet(f"n{n} #Narrow", handle="narrow") for n in range(3))
    search = "/2/tweets/search/recent"
    assert ids(app.get(search, query="#narrow", since_id=first)) == [third, second]
    assert ids(app.get(search, query="#narrow", until_id=second)) == [first]
    assert ids(app.get(search, query="#narrow", end_time="2020-01-01T00:00:00Z")) == []
    found = ids(app.get(search, query="#narrow", start_time="2020-01-01T00:00:00Z"))
    assert found == [third, second, first]


def test_lists_who_mentioned_the_account(app: Client, account: Client, sandbox: Sandbox) -> None:
    one, _, two = (
        sandbox.tweet(text, handle="mentions")
        for text in ("A @iwelcome_test", "B #IWelcome", "C @iwelcome_test")
    )
    second = sandbox.second["id"]
    found = app.get(f"/2/users/{second}/mentions", max_results="5")
    assert ids(found)[:2] == [two, one]
    assert ids(app.get(f"/2/users/{second}/mentions", since_id=one)) == [two]
    assert account.get("/2/users/12345/mentions").status_code == 404


def test_lists_own_posts_with_what_they_answer(
    account: Client, other_account: Client, sandbox: Sandbox
) -> None:
    own = sandbox.second["id"]
    tweet = sandbox.tweet("Please @iwelcome_test", handle="timeline")
    plain = other_account.post("/2/tweets", {"text": "Plain"}).json()["data"]["id"]
    reply = other_account.reply(tweet, "Found by what it answers").json()["data"]["id"]
    query = {"expansions": "referenced_posts", "post.fields": "created_at"}
    found = account.get(f"/2/users/{own}/tweets", **query).json()["data"]
    assert [(post["id"], post.get("referenced_posts")) for post in found] == [
        (reply, [{"type": "replied_to", "id": tweet}]),
        (plain, None),
    ]
    assert ids(account.get(f"/2/users/{own}/tweets", exclude="replies")) == [plain]


def test_ids_say_when_they_were_made(sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Now", handle="timing")
    (post,) = [post for post in sandbox.posts() if post["id"] == tweet]
    assert abs(int(tweet) - first_id(post["created_at"])) < first_id(1.1) - first_id(1.0)
