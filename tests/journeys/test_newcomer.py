"""The README's five minutes: from a tweet to a signature, and the report that knows of it."""

import re

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys import people
from tests.journeys.conftest import PHONE
from tests.journeys.people import PATIENCE
from tests.process.helpers import wait_until
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

#: A headless browser says that it is one, and is rightly counted as a bot.
A_PERSON = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Mobile Safari/537.36"
)
#: What the report shows one more of in the end, by itself.
STEPS = ("Answered", "Clicks by people", "Signatures, confirmed")
WORDS = "My neighbour walked here from Juba. What can I do that counts?"


def test_tweet_becomes_a_video_reply_and_a_signature(
    desktop: BrowserContext, browser: Browser, newsroom: Run, stamp: str
) -> None:
    handle = f"newcomer{stamp}"
    report = people.sign_in(browser.new_context(), newsroom, as_="ingrid")
    report.goto(f"{newsroom.address}/c/iwelcome/reports/")
    before = {step: total(report, step) for step in STEPS}
    desk = people.sign_in(desktop, newsroom, as_="maya")
    people.wait_for_a_clip(desk, newsroom)
    desk.goto(f"{newsroom.address}/c/iwelcome/desk/")
    expect(desk.locator(".queue-card").first).to_be_visible()

    timeline = people.tweet(
        desktop, newsroom, handle=handle, text=f"{WORDS} @iwelcome_now #IWelcome"
    )
    answer(desk, handle)
    video_reply = timeline.locator("article.ours", has_text=f"@{handle}")
    expect(video_reply).to_be_visible(timeout=PATIENCE)
    assert plays(video_reply.locator("video"))

    link = video_reply.locator("a[href*='/s/']").get_attribute("href")
    assert link is not None
    sign_and_confirm(browser, newsroom, link=link, email=f"{handle}@example.org")

    for step in STEPS:
        shown = report.locator(".funnel-step", has_text=step).first.locator(".funnel-total")
        expect(shown).to_have_text(f"{before[step] + 1:,}", timeout=PATIENCE)
    report.context.close()


def total(report: Page, step: str) -> int:
    """A number of the report's funnel."""
    shown = report.locator(".funnel-step", has_text=step).first.locator(".funnel-total")
    return int(shown.inner_text().replace(",", ""))


def answer(desk: Page, handle: str) -> None:
    """Find the new tweet without a reload, then answer it with the keyboard alone."""
    desk.bring_to_front()
    pill = desk.get_by_text(re.compile(r"\d+ new"))
    expect(pill).to_be_visible(timeout=PATIENCE)
    desk.keyboard.press("n")
    card = desk.locator(".queue-card", has_text=f"@{handle}").get_by_role("link")
    expect(card).to_be_visible()
    card.click()
    expect(desk.locator("#pane")).to_contain_text(f"@{handle}")
    desk.keyboard.press("c")
    expect(desk.get_by_label(f"Your reply to @{handle}")).to_have_value(re.compile(f"@{handle}"))
    desk.keyboard.press("1")
    approve = desk.get_by_role("button", name=re.compile("Approve, hold"))
    expect(approve).to_be_enabled(timeout=PATIENCE)
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("button", name=re.compile("Undo")).first).to_be_visible()


def plays(video: object) -> bool:
    """The file behind the element can be decoded and has a length."""
    duration: float = video.evaluate(  # type: ignore[attr-defined]
        """async (element) => {
            element.muted = true;
            await element.play();
            return element.duration;
        }"""
    )
    return duration > 1


def sign_and_confirm(browser: Browser, newsroom: Run, *, link: str, email: str) -> None:
    """As the person who got the reply, on their phone."""
    context = browser.new_context(viewport=PHONE, user_agent=A_PERSON)
    page = context.new_page()
    page.goto(link)
    expect(page).to_have_url(re.compile(r"/p/"))
    expect(page.locator("video")).to_be_visible()
    page.get_by_label("Name").fill("New Comer")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Country").select_option("GB")
    page.get_by_role("button", name="Add my name").last.click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    page.goto(confirmation_link(newsroom, email))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    context.close()


def confirmation_link(newsroom: Run, email: str) -> str:
    """From the mailbox, as soon as the mail is there."""
    found: list[str] = []

    def look() -> bool:
        mails = requests.get(f"{newsroom.sandbox}/mail.json", timeout=10).json()["mails"]
        ours = [mail["text"] for mail in mails if email in str(mail)]
        found[:] = re.findall(r"http\S+/confirm/\S+", "\n".join(ours))
        return bool(found)

    assert wait_until(look, seconds=PATIENCE / 1000), f"no mail came for {email}"
    return found[0]
