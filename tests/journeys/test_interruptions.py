"""What goes wrong in the middle of an answer: the tweet is deleted, the way back is pressed, the
stream is cut by a proxy, the machine sleeps."""

import re

import psycopg2
import pytest
import requests
from playwright.sync_api import BrowserContext, Page, expect
from redis import Redis
from rq import Queue

from campaign.intake import compliance
from tests.flaky import Flaky
from tests.journeys import people
from tests.journeys.people import PATIENCE
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def _tweet(newsroom: Run, handle: str, text: str = "And what can I do?") -> str:
    """Its id on the network."""
    post = {"text": f"{text} @iwelcome_now #IWelcome", "handle": handle}
    answer = requests.post(f"{newsroom.sandbox}/_posts", json=post, timeout=10)
    answer.raise_for_status()
    return str(answer.json()["ids"][0])


def _claim(page: Page, handle: str) -> None:
    page.keyboard.press("c")
    expect(page.get_by_label(f"Your reply to @{handle}")).to_be_visible(timeout=PATIENCE)


def _deleted_on_x(newsroom: Run, tweet: str) -> None:
    """Its author deletes it, and the newsroom looks after it as if it had come a day ago."""
    requests.delete(f"{newsroom.sandbox}/_posts/{tweet}", timeout=10).raise_for_status()
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaign_mention SET received_at = received_at - interval '1 day',"
            " seen_at = NULL WHERE external_id = %s RETURNING account_id",
            [tweet],
        )
        (account,) = cursor.fetchone() or (0,)
    redis = Redis.from_url(newsroom.environment["REDIS_URL"])
    Queue(compliance.QUEUE, connection=redis).enqueue(compliance.JOB, account)


def test_a_tweet_deleted_on_x_says_so_to_whoever_answers_it(
    desktop: BrowserContext, newsroom: Run, stamp: str
) -> None:
    handle = f"regret{stamp}"
    tweet = _tweet(newsroom, handle)
    maya = people.sign_in(desktop, newsroom, as_="maya")
    people.open_tweet(maya, handle, at=newsroom.address)
    _claim(maya, handle)
    text = maya.get_by_label(f"Your reply to @{handle}")
    text.fill("Half a thought")
    expect(maya.locator("#draft-saved")).to_contain_text("Saved", timeout=PATIENCE)

    _deleted_on_x(newsroom, tweet)
    expect(maya.locator(".lease")).to_contain_text("Deleted by its author", timeout=PATIENCE)
    expect(maya.locator("#approve-button")).to_have_count(0)
    # Nothing typed is taken away, and what is typed now is kept, with the reason.
    text.press_sequentially(", and more")
    expect(maya.get_by_role("alert").filter(has_text="Your draft is kept")).to_be_visible(
        timeout=PATIENCE
    )
    expect(text).to_have_value("Half a thought, and more")
    # A fresh look shows no words that their author took back.
    maya.reload()
    expect(maya.locator(".tweet-text")).to_contain_text("Deleted on the network")


def test_the_way_back_shows_the_tweet_before_with_what_was_typed(
    desktop: BrowserContext, newsroom: Run, stamp: str
) -> None:
    first, second = f"one{stamp}", f"two{stamp}"
    for handle in (first, second):
        _tweet(newsroom, handle, text=f"And what can I do? {stamp}")
    maya = people.sign_in(desktop, newsroom, as_="maya")
    for handle in (second, first):
        people.open_tweet(maya, handle, at=newsroom.address)
    maya.goto(f"{newsroom.address}/c/iwelcome/desk/?q={stamp}")
    for handle in (first, second):
        maya.locator(".queue-card", has_text=f"@{handle}").get_by_role("link").click()
        expect(maya.locator(".tweet")).to_contain_text(f"@{handle}")
        if handle == first:
            _claim(maya, handle)
            maya.get_by_label(f"Your reply to @{first}").fill("Before I went on")
            expect(maya.locator("#draft-saved")).to_contain_text("Saved", timeout=PATIENCE)

    maya.go_back()
    text = maya.get_by_label(f"Your reply to @{first}")
    expect(text).to_have_value("Before I went on")
    expect(maya.locator(".lease")).to_contain_text("Yours")
    # The page is alive: what is typed is saved, and the way forward leads to the other again.
    text.press("End")
    text.press_sequentially(" again")
    expect(maya.locator("#draft-saved")).to_contain_text("Saved", timeout=PATIENCE)
    maya.go_forward()
    expect(maya.locator(".tweet")).to_contain_text(f"@{second}")
    expect(maya.locator("#live-pill")).to_contain_text("Stream live")


def test_a_stream_cut_by_a_proxy_or_by_sleep_misses_nothing(
    desktop: BrowserContext, newsroom: Run, stamp: str
) -> None:
    maya = people.sign_in(desktop, newsroom, as_="maya")
    streams: list[str] = []
    maya.on("request", lambda one: streams.append(one.url) if "/events" in one.url else None)
    pill, fresh = maya.locator("#live-pill"), maya.locator("#new-pill")
    with Flaky(target=int(newsroom.port)) as proxy:
        maya.clock.install()
        maya.goto(f"{proxy.address}/c/iwelcome/desk/?q={stamp}")
        expect(pill).to_contain_text("Stream live")

        proxy.cut()
        expect(pill).to_contain_text(re.compile(r"Offline, \d+ s old"))
        _tweet(newsroom, f"during{stamp}", text=f"While you were cut off, {stamp}")
        proxy.mend()
        expect(pill).to_contain_text("Stream live")
        expect(fresh).to_contain_text("1 new", timeout=PATIENCE)

        # The lid is closed for an hour: the page's own clock jumps, the stream only looks open.
        before = len(streams)
        maya.clock.fast_forward("01:00:00")
        expect(pill).to_contain_text("Stream live")
        _tweet(newsroom, f"after{stamp}", text=f"While you slept, {stamp}")
        expect(fresh).to_contain_text("2 new", timeout=PATIENCE)
        assert "after=" in streams[-1]
        assert len(streams) > before
