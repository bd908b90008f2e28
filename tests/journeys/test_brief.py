"""The heart of it: a tweet, a crew that films the answer to that very person, and the pairing."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.flaky import Flaky
from tests.journeys import people, phones
from tests.journeys.people import PATIENCE
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

QUESTION = "What would you ask a visitor who comes to you?"


def test_film_that_was_asked_for_is_paired_with_its_tweet(
    *, phone: BrowserContext, browser: Browser, newsroom: Run, flaky: Flaky, tmp_path: Path
) -> None:
    handle = "visitor_ann"
    desktop = browser.new_context(viewport={"width": 1440, "height": 900})
    desk = people.sign_in(desktop, newsroom, as_="maya")
    people.tweet(desktop, newsroom, handle=handle, text=f"{QUESTION} @iwelcome_now #IWelcome")
    ask_kakuma(desk, newsroom, handle)

    field = people.sign_in(phone, newsroom, as_="achol")
    field.goto(f"{flaky.address}/field/")
    phones.wait_for_worker(field)
    film_the_answer(field, phones.heavy_film(tmp_path / "answer.mp4", size=1_500_000))
    send_over_a_bad_network(field, flaky)
    clip = field.locator("li", has_text=QUESTION[:20]).first
    expect(clip).to_contain_text("Ready for the editors", timeout=PATIENCE)

    desk.bring_to_front()
    desk.goto(f"{newsroom.address}/c/iwelcome/desk/")
    first = desk.locator(".queue-card").first
    expect(first).to_contain_text(f"@{handle}", timeout=PATIENCE)
    first.get_by_role("link").click()
    expect(desk.locator("#shelf-list > li").first).to_contain_text(QUESTION[:20])
    desk.keyboard.press("c")
    expect(desk.locator("#reply-text")).to_be_visible()
    desk.keyboard.press("1")
    expect(desk.locator("#shelf-list > li").first).to_contain_text("Paired", timeout=PATIENCE)
    desktop.close()


def ask_kakuma(desk: Page, newsroom: Run, handle: str) -> None:
    """With F, from the open tweet."""
    desk.goto(f"{newsroom.address}/c/iwelcome/desk/?q=@{handle}")
    card = desk.locator(".queue-card", has_text=f"@{handle}").get_by_role("link")
    card.click()
    expect(desk.locator("#pane")).to_contain_text(QUESTION)
    desk.keyboard.press("f")
    form = desk.locator("#ask-body")
    expect(form.get_by_label("What to say")).to_have_value(re.compile("Thank Visitor_Ann"))
    form.locator(".ask-place", has_text="Kakuma").locator("label", has_text="Nyandeng").click()
    form.get_by_role("button", name="Send the brief").click()
    expect(desk.locator("#pane")).to_contain_text("Nyandeng in Kakuma: sent")


def film_the_answer(field: Page, film: Path) -> None:
    task = field.locator(".task", has_text=QUESTION)
    expect(task).to_contain_text("New brief")
    task.get_by_role("button", name="Accept").click()
    expect(task).to_contain_text("Accepted")
    task.get_by_role("link", name="Film it").click()
    expect(field.get_by_label("For which brief")).not_to_have_value("")
    field.locator("#id_chosen").set_input_files(film)
    field.get_by_label("I asked for this film").check()
    expect(field.get_by_text("Safe on this phone")).to_be_visible()


def send_over_a_bad_network(field: Page, flaky: Flaky) -> None:
    """Sent without any, after which the page is opened anew; then a slow one that breaks."""
    flaky.cut()
    field.context.set_offline(True)
    field.get_by_role("button", name="Send to London").click()
    card = phones.card(field, QUESTION[:20])
    expect(card).to_contain_text("Waits for a network")
    field.reload()
    expect(card).to_contain_text("Waits for a network")
    flaky.mend()
    flaky.rate = 500_000
    field.context.set_offline(False)
    expect(card).to_contain_text("%")
    field.wait_for_timeout(1_000)
    flaky.cut(down=0.4)
    phones.expect_safe(field, QUESTION[:20])
