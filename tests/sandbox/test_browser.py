"""The timeline in a real browser: a tweet, its video reply, live."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.clients import Client
from tests.sandbox.server import Sandbox

pytestmark = pytest.mark.journey


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def test_shows_a_video_reply_as_it_arrives(
    page: Page, sandbox: Sandbox, account: Client, clip: bytes
) -> None:
    page.goto(sandbox.base_url)
    expect(page.locator("[data-live-state]")).to_have_text("Live")
    page.get_by_text("Make somebody up").click()
    page.get_by_label("Handle").fill("visitor")
    page.get_by_label("You say").fill("What can I do? @iwelcome_now " + "👩‍👩‍👧" * 100)
    expect(page.locator("#left")).to_have_text("51 left")
    page.get_by_label("You say").fill("What can I do? @iwelcome_now")
    page.get_by_role("button", name="Tweet", exact=True).click()
    page.wait_for_url("**/#post-*")
    tweet = sandbox.posts()[0]["id"]
    media = account.upload(clip)
    words = "Hear an answer: http://127.0.0.1:8000/s/abc"
    account.reply(tweet, words, media={"media_ids": [media]})
    thread = page.locator(f"#thread-{tweet}")
    expect(thread.locator("article")).to_have_count(2)
    expect(thread.get_by_role("link", name="http://127.0.0.1:8000/s/abc")).to_be_visible()
    played = "video => { video.muted = true; return video.play().then(() => video.videoWidth) }"
    assert thread.locator("video").evaluate(played) == 320
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    sandbox.delete(tweet)
    expect(thread.locator("article")).to_have_count(1)
