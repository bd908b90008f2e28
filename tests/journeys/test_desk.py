"""Two people at the desk: a race, a take-over, a tweet in Arabic, a network that goes away."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys import people
from tests.journeys.conftest import DESKTOP
from tests.journeys.people import PATIENCE
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

expect.set_options(timeout=PATIENCE)

ARABIC = "من حق كل طفل أن يذهب إلى المدرسة، أينما وُلد"


@pytest.fixture
def elsewhere(browser: Browser) -> Iterator[BrowserContext]:
    """A colleague's machine."""
    context = browser.new_context(viewport=DESKTOP)
    yield context
    context.close()


def test_two_editors_race_and_a_senior_takes_over_with_the_draft(
    desktop: BrowserContext, elsewhere: BrowserContext, newsroom: Run, stamp: str
) -> None:
    handle = f"racer{stamp}"
    people.tweet(desktop, newsroom, handle=handle, text="What can I do? @iwelcome_now #IWelcome")
    maya = people.sign_in(desktop, newsroom, as_="maya")
    tom = people.sign_in(elsewhere, newsroom, as_="tom")
    for page in (maya, tom):
        people.open_tweet(page, handle, at=newsroom.address)

    maya.keyboard.press("c")
    text = maya.get_by_label(f"Your reply to @{handle}")
    expect(text).to_be_visible()
    # Tom's page learns of it by itself, and his late C does nothing to Maya's claim.
    expect(tom.locator("#pane")).to_contain_text("is on this")
    tom.keyboard.press("c")
    expect(maya.locator(".lease")).to_contain_text("Yours")

    text.fill("Half a sentence that must not be lost")
    expect(maya.locator("#draft-saved")).to_contain_text("Saved")
    tom.get_by_role("button", name="Take over").click()
    inherited = tom.get_by_label(f"Your reply to @{handle}")
    expect(inherited).to_have_value("Half a sentence that must not be lost")
    expect(maya.locator("#pane")).to_contain_text("is on this")

    # A closed tab lets go: soon the tweet is free again. (A page that the browser's driver closes
    # may end before its last words are out; one that is left says them.)
    tom.goto("about:blank")
    expect(maya.locator(".lease")).to_contain_text("Free", timeout=PATIENCE)


def test_whoever_closes_a_tab_and_comes_back_keeps_the_tweet(
    desktop: BrowserContext, newsroom: Run, stamp: str
) -> None:
    handle = f"back{stamp}"
    people.tweet(desktop, newsroom, handle=handle, text="Still there? @iwelcome_now #IWelcome")
    maya = people.sign_in(desktop, newsroom, as_="maya")
    people.open_tweet(maya, handle, at=newsroom.address)
    maya.keyboard.press("c")
    expect(maya.locator(".lease")).to_contain_text(re.compile(r"[45]:\d\d"))

    maya.goto("about:blank")  # it lets go, in a few seconds
    card = people.card_of(maya, handle, at=newsroom.address, looks=20)
    card.get_by_role("link").click()
    expect(maya.locator(".lease")).to_contain_text(re.compile(r"[45]:\d\d"))
    expect(card).to_contain_text(re.compile(r"You have it, [45]:\d\d"))  # as the pane says
    maya.keyboard.press("Escape")


def test_arabic_tweet_is_found_read_and_answered_in_arabic(
    desktop: BrowserContext, newsroom: Run, stamp: str
) -> None:
    handle = f"samar{stamp}"
    text = f"{ARABIC} @iwelcome_now #IWelcome {stamp}"
    people.tweet(desktop, newsroom, handle=handle, text=text, lang="ar")
    maya = people.sign_in(desktop, newsroom, as_="maya")
    expect(people.card_of(maya, handle, at=newsroom.address, looks=20)).to_be_visible()

    # Found by a word without its article, and by its theme.
    maya.goto(f"{newsroom.address}/c/iwelcome/desk/?q=مدرسة {stamp}&theme=school")
    card = maya.locator(".queue-card", has_text=f"@{handle}")
    expect(card.locator(".queue-text")).to_have_attribute("dir", "rtl")
    card.get_by_role("link").click()
    tweet = maya.locator(".tweet-text")
    expect(tweet).to_have_attribute("dir", "rtl")
    assert tweet.evaluate("e => getComputedStyle(e).direction") == "rtl"
    expect(tweet.locator("u").first).to_have_text("طفل")

    maya.keyboard.press("c")
    reply = maya.get_by_label(f"Your reply to @{handle}")
    expect(reply).to_have_value(re.compile("[\u0600-\u06ff]"))
    expect(reply).to_have_attribute("lang", "ar")
    maya.keyboard.press("Escape")


def test_shelf_is_fetched_when_a_clip_comes_and_not_while_one_is_prepared(
    desktop: BrowserContext, newsroom: Run
) -> None:
    maya = people.sign_in(desktop, newsroom, as_="maya")
    desktop.route("**/events?*", lambda route: route.abort())  # no news but ours
    desktop.route("**/poster", lambda route: route.fulfill(status=404))
    maya.goto(f"{newsroom.address}/c/iwelcome/desk/")
    maya.locator(".queue-card").first.get_by_role("link").click()
    first = maya.locator("#shelf-list > li").first
    expect(first.locator(".still-gone")).to_be_visible()  # no broken picture
    expect(first.locator("img")).to_have_count(0)
    maya.wait_for_timeout(500)
    asked: list[str] = []
    maya.on("request", lambda request: asked.append(request.url))

    def shelves() -> int:
        return len([url for url in asked if "/shelf?" in url])

    for status, fetched in (("processing", 0), ("ready", 1)):
        for _ in range(3):
            maya.evaluate(CLIP_IS, status)
        maya.wait_for_timeout(3_000)
        assert shelves() == fetched


CLIP_IS = """(status) => document.body.dispatchEvent(
    new CustomEvent("live:clip", { detail: { events: [{ status, ids: ["1"] }], ids: ["1"] } })
)"""


def test_offline_and_back_nothing_typed_is_lost(
    desktop: BrowserContext, newsroom: Run, stamp: str
) -> None:
    handle = f"tunnel{stamp}"
    people.tweet(desktop, newsroom, handle=handle, text="And now? @iwelcome_now #IWelcome")
    maya = people.sign_in(desktop, newsroom, as_="maya")
    people.open_tweet(maya, handle, at=newsroom.address)
    maya.keyboard.press("c")
    text = maya.get_by_label(f"Your reply to @{handle}")
    expect(text).to_be_visible()
    pill = maya.locator("#live-pill")
    expect(pill).to_contain_text("Stream live")

    desktop.set_offline(True)
    expect(pill).to_contain_text(re.compile(r"Offline, \d+ s old"))
    text.fill("Typed in a tunnel")
    expect(maya.locator("#draft-saved")).to_contain_text("kept here")

    desktop.set_offline(False)
    expect(pill).to_contain_text("Stream live")
    text.press_sequentially(".")
    expect(maya.locator("#draft-saved")).to_contain_text("Saved")
    maya.reload()
    expect(maya.get_by_label(f"Your reply to @{handle}")).to_have_value("Typed in a tunnel.")
