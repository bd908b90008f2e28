"""The public pages: anybody tweets, anybody reads, nothing runs that is not ours."""

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from campaign.sandbox.pages import POLICY
from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.headers["Origin"] = sandbox.base_url
        yield session


def say(browser: requests.Session, sandbox: Sandbox, **form: str) -> requests.Response:
    return browser.post(f"{sandbox.base_url}/tweet", data=form, timeout=5)


def newest(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.posts()[0]


def test_tweets_as_somebody_made_up(browser: requests.Session, sandbox: Sandbox) -> None:
    answer = say(
        browser,
        sandbox,
        text="مرحبا @iwelcome_now",
        new_handle="@maryam",
        new_name="مريم",
        new_lang="ar",
        new_followers="900",
    )
    post = newest(sandbox)
    assert answer.url == f"{sandbox.base_url}/#post-{post['id']}"
    assert (post["handle"], post["lang"]) == ("maryam", "ar")
    assert 'lang="ar" dir="rtl"' in answer.text
    assert f'form="delete-{post["id"]}"' in answer.text


def test_tweets_as_somebody_known(browser: requests.Session, sandbox: Sandbox) -> None:
    assert say(browser, sandbox, text="Hello", handle="beth_okafor").status_code == 200
    assert (newest(sandbox)["handle"], newest(sandbox)["text"]) == ("beth_okafor", "Hello")


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"text": "", "handle": "beth_okafor"}, "Write something first."),
        ({"text": "x" * 300, "handle": "beth_okafor"}, "That is 20 too long for X."),
        ({"text": "x", "handle": "nobody_known"}, "Choose who you are, or make somebody up."),
        ({"text": "x", "handle": "iwelcome_now"}, "Choose who you are, or make somebody up."),
        (
            {"text": "x", "new_handle": "two words"},
            "A handle has 1 to 15 letters, digits or underscores.",
        ),
        (
            {"text": "x", "new_handle": "IWelcome_Now"},
            "@IWelcome_Now is an account of the newsroom. Choose another handle.",
        ),
        ({"text": "x", "new_handle": "fine", "new_followers": "many"}, "Followers is a number."),
    ],
)
def test_says_what_is_wrong_and_keeps_the_text(
    browser: requests.Session, sandbox: Sandbox, form: dict[str, str], complaint: str
) -> None:
    before = sandbox.posts()
    answer = say(browser, sandbox, **form)
    assert answer.status_code == 400
    assert f'<p class="error" role="alert">{complaint}</p>' in answer.text
    assert f">{form['text']}</textarea>" in answer.text
    assert sandbox.posts() == before


def test_escapes_what_people_write(browser: requests.Session, sandbox: Sandbox) -> None:
    nasty = '<script>alert(1)</script> "q" & https://example.com/?a=1&b="><img src=x>'
    answer = say(browser, sandbox, text=nasty, new_handle="nasty", new_name="<b>N</b>")
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "&lt;b&gt;N&lt;/b&gt;" in answer.text
    assert 'href="https://example.com/?a=1&amp;b="' in answer.text


def test_replies_and_quotes_in_person(browser: requests.Session, sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("First", handle="thread")
    answer = say(browser, sandbox, text="Second", handle="beth_okafor", in_reply_to=tweet)
    reply = newest(sandbox)
    assert (reply["in_reply_to"], reply["conversation"]) == (tweet, tweet)
    assert answer.url == f"{sandbox.base_url}/beth_okafor/status/{reply['id']}"
    assert answer.text.index(f'id="post-{tweet}"') < answer.text.index(f'id="post-{reply["id"]}"')
    say(browser, sandbox, text="Quoted", handle="beth_okafor", quotes=tweet)
    assert newest(sandbox)["quotes"] == tweet


def test_deletes_ones_own_tweet_only(browser: requests.Session, sandbox: Sandbox) -> None:
    other = sandbox.tweet("Not yours", handle="someone_else")
    say(browser, sandbox, text="Mine", new_handle="deleter")
    own = newest(sandbox)["id"]
    answers = [
        browser.post(f"{sandbox.base_url}/delete/{number}", timeout=5).status_code
        for number in (other, own, own)
    ]
    assert answers == [403, 200, 403]
    left = [post["id"] for post in sandbox.posts()]
    assert (other in left, own in left) == (True, False)


@pytest.mark.parametrize("path", ["/tweet", "/rain", "/delete/1"])
def test_takes_no_form_from_another_site(sandbox: Sandbox, path: str) -> None:
    answer = requests.post(
        f"{sandbox.base_url}{path}",
        data={"text": "x", "handle": "beth_okafor"},
        headers={"Origin": "https://evil.example"},
        timeout=5,
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/", "/mail", "/nobody_here", "/iwelcome_now"])
def test_runs_nothing_inline(sandbox: Sandbox, path: str) -> None:
    sandbox.tweet("Somebody says https://example.com", handle="inline")
    answer = requests.get(f"{sandbox.base_url}{path}", timeout=5)
    assert answer.headers["content-security-policy"] == POLICY
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text) == []


@pytest.mark.parametrize("path", ["/nobody_here", "/x/status/1", "/i/status/1", "/a/b/c"])
def test_says_kindly_that_nothing_is_there(sandbox: Sandbox, path: str) -> None:
    answer = requests.get(f"{sandbox.base_url}{path}", timeout=5)
    assert answer.status_code == 404
    assert "Go to the timeline" in answer.text


def test_leads_to_a_post_without_its_author(sandbox: Sandbox) -> None:
    tweet = sandbox.tweet("Find me", handle="findable")
    answer = requests.get(f"{sandbox.base_url}/i/web/status/{tweet}", timeout=5)
    assert answer.url == f"{sandbox.base_url}/findable/status/{tweet}"


def test_fills_the_form_from_a_link(sandbox: Sandbox) -> None:
    answer = requests.get(
        f"{sandbox.base_url}/intent/post", params={"text": "Sign & share"}, timeout=5
    )
    assert ">Sign &amp; share</textarea>" in answer.text


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "sw", "de"])
def test_offers_an_example_in_each_language(sandbox: Sandbox, lang: str) -> None:
    answer = requests.get(f"{sandbox.base_url}/", params={"example": lang}, timeout=5)
    (written,) = re.findall(r"<textarea[^>]*>([^<]+)</textarea>", answer.text)
    assert "@iwelcome_now" in written


def test_shows_a_persons_tweets(sandbox: Sandbox) -> None:
    sandbox.tweet("One of mine", handle="page_owner", name="Pat")
    sandbox.tweet("Another's", handle="page_other")
    answer = requests.get(f"{sandbox.base_url}/Page_Owner", timeout=5)
    assert ("One of mine" in answer.text, "Another&#x27;s" in answer.text) == (True, False)


def test_turns_to_earlier_tweets(sandbox: Sandbox) -> None:
    tweets = [sandbox.tweet(f"Number {n}", handle="many") for n in range(26)]
    first = requests.get(f"{sandbox.base_url}/", timeout=5).text
    assert f'id="post-{tweets[0]}"' not in first
    (older,) = re.findall(r'href="(/\?before=\d+)"', first)
    assert f'id="post-{tweets[0]}"' in requests.get(f"{sandbox.base_url}{older}", timeout=5).text


def test_tells_open_pages_what_happens(account: Client, sandbox: Sandbox) -> None:
    with requests.get(f"{sandbox.base_url}/live", stream=True, timeout=5) as live:
        lines = live.iter_lines(chunk_size=1)
        assert next(lines) == b": here"
        tweet = sandbox.tweet("Watch @iwelcome_now", handle="watched")
        reply = account.reply(tweet).json()["data"]["id"]
        sandbox.delete(tweet)
        told = [line for _, line in zip(range(10), lines, strict=False) if line]
    events = [
        (kind.removeprefix(b"event: ").decode(), json.loads(data.removeprefix(b"data: ")))
        for kind, data in zip(told[::2], told[1::2], strict=True)
    ]
    assert events == [
        ("posted", {"id": tweet, "root": tweet}),
        ("posted", {"id": reply, "root": tweet}),
        ("deleted", {"id": tweet, "root": tweet}),
    ]
    fragment = requests.get(f"{sandbox.base_url}/threads", params={"roots": tweet}, timeout=5)
    assert re.findall(r'id="(post-\d+)"', fragment.text) == [f"post-{reply}"]


def test_draws_a_face(sandbox: Sandbox) -> None:
    sandbox.tweet("Face", handle="face", name="Ana <Bo>")
    answer = requests.get(f"{sandbox.base_url}/avatar/face.svg", timeout=5)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert ">A</text>" in answer.text


def test_serves_its_own_scripts_and_styles(sandbox: Sandbox) -> None:
    for name in ("sandbox.js", "length.js", "sandbox.css", "icon.svg"):
        assert requests.get(f"{sandbox.base_url}/static/{name}", timeout=5).status_code == 200
    outside = requests.get(f"{sandbox.base_url}/static/%2e%2e/css/tokens.css", timeout=5)
    assert outside.status_code == 404


def test_lets_it_rain(sandbox: Sandbox) -> None:
    before = len(sandbox.posts())
    assert sandbox.control("POST", "/_rain", {"rate": 50, "seconds": 0.2})["wanted"] == 10
    done = threading.Event()
    while not done.wait(0.02):
        if not sandbox.control("GET", "/_rain"):
            done.set()
    fallen = sandbox.posts()[: len(sandbox.posts()) - before]
    assert len(fallen) == 10
    assert len({post["handle"] for post in fallen}) == 10


def test_stops_the_rain(browser: requests.Session, sandbox: Sandbox) -> None:
    url = f"{sandbox.base_url}/rain"
    browser.post(url, data={"rate": "1", "seconds": "600"}, timeout=5)
    assert sandbox.control("GET", "/_rain")["wanted"] == 600
    browser.post(url, data={"stop": "1"}, timeout=5)
    assert sandbox.control("GET", "/_rain") == {}
