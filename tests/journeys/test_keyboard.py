"""The desk by keyboard alone: an answer in four keys, undo, second eyes, a session that ended."""

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys import people
from tests.journeys.conftest import DESKTOP
from tests.journeys.people import PATIENCE
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

COUNT_KEYS = """() => {
    window.pressed = [];
    const modifiers = new Set(["Control", "Meta", "Shift", "Alt"]);
    const note = ({ key }) => modifiers.has(key) || pressed.push(key);
    addEventListener("keydown", note, true);
    addEventListener("pointerdown", () => pressed.push("pointer"), true);
}"""


@pytest.fixture
def desk(browser: Browser, newsroom: Run) -> Iterator[Page]:
    """Two tweets that nobody else has touched, on the desk of somebody who looked for them."""
    context = browser.new_context(viewport=DESKTOP)
    page = people.sign_in(context, newsroom, as_="maya")
    people.wait_for_a_clip(page, newsroom)
    word = f"keys{uuid.uuid4().hex[:8]}"
    for handle in (f"{word}_1", f"{word}_2"):
        text = f"{word}: what can I do? @iwelcome_now #IWelcome"
        people.tweet(context, newsroom, handle=handle, text=text).close()
        expect(people.card_of(page, handle, at=newsroom.address, looks=20)).to_be_visible()
    page.goto(f"{newsroom.address}/c/iwelcome/desk/?q={word}")
    expect(page.locator(".queue-card")).to_have_count(2)
    yield page
    context.close()


def test_answer_from_the_library_takes_four_keys_at_most(desk: Page) -> None:
    desk.evaluate(COUNT_KEYS)
    desk.keyboard.press("c")
    expect(desk.locator("[data-key='1']")).to_be_visible(timeout=PATIENCE)
    first = desk.locator("#pane").get_attribute("data-mention")
    desk.keyboard.press("1")
    expect(desk.locator("#approve-button")).to_be_enabled(timeout=PATIENCE)
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("button", name=re.compile("Undo")).first).to_be_visible()
    assert desk.evaluate("pressed") == ["c", "1", "Enter"]
    # The next one is claimed, and two keys are an answer from here on.
    another = f"#pane[data-mine]:not([data-mention='{first}'])"
    expect(desk.locator(another)).to_be_visible(timeout=PATIENCE)
    expect(desk.locator(".htmx-request")).to_have_count(0)
    # Undo brings the answer back, nothing sent.
    desk.keyboard.press("z")
    expect(desk.locator(f"#pane[data-mention='{first}'][data-mine]")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")


def test_keys_are_silent_while_typing_and_can_be_switched_off(desk: Page) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("jcd1")
    expect(desk.locator("#queue-search")).to_have_value("jcd1")
    expect(desk.locator("#pane[data-mention]")).to_have_count(0)
    desk.locator("#queue-search").fill("")
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.get_by_role("heading", name="Keys", exact=True)).to_be_visible()
    desk.get_by_label("Single keys work").uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("j")
    desk.wait_for_timeout(300)
    expect(desk.locator("#pane[data-mention]")).to_have_count(0)


def test_typed_words_outlive_an_expired_session(desk: Page, newsroom: Run) -> None:
    desk.keyboard.press("c")
    text = desk.locator("#reply-text")
    expect(text).to_be_visible(timeout=PATIENCE)
    address = desk.url
    text.press("Control+End")
    text.press_sequentially(" Half", delay=60)  # whoever types is not interrupted by the dialog
    desk.context.clear_cookies(name="sessionid")
    text.press_sequentially(" a thought, in no hurry", delay=60)  # past the first save
    dialog = desk.get_by_role("heading", name="You were signed out")
    expect(dialog).to_be_visible(timeout=PATIENCE)
    desk.get_by_role("dialog").get_by_role("link", name="Sign in").click()
    desk.get_by_label("Name").fill("maya")
    desk.get_by_label("Password").fill(newsroom.password)
    desk.get_by_role("button", name="Sign in", exact=True).click()
    desk.wait_for_url(address)
    expect(desk.locator("#reply-text")).to_have_value(re.compile("Half a thought, in no hurry$"))
    expect(desk.locator("#draft-saved")).to_contain_text("Saved", timeout=PATIENCE)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")


def test_second_eyes_change_the_text_and_the_author_is_told(
    desk: Page, browser: Browser, newsroom: Run
) -> None:
    desk.keyboard.press("c")
    expect(desk.locator("#reply-text")).to_be_visible(timeout=PATIENCE)
    handle = desk.locator(".queue-card[aria-current] .queue-handle").inner_text()
    desk.keyboard.press("1")
    expect(desk.locator("#approve-button")).to_be_enabled(timeout=PATIENCE)
    desk.keyboard.press("Escape")  # out of the text
    desk.keyboard.press("e")
    expect(desk.locator("#pane")).not_to_contain_text(handle)
    context = browser.new_context(viewport=DESKTOP)
    senior = people.sign_in(context, newsroom, as_="tom")
    senior.goto(f"{newsroom.address}/c/iwelcome/approvals/")
    mine = senior.locator("article:focus", has_text=handle)
    for _ in range(senior.locator("article[data-row]").count()):
        senior.keyboard.press("j")
        if mine.count():
            break
    # News is on its way when they begin to write: it takes nothing out of their hands.
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        held.append(route)

    senior.route(re.compile("part=list"), hold_first)
    senior.evaluate("document.body.dispatchEvent(new Event('live:reply'))")
    while not held:
        senior.wait_for_timeout(50)
    senior.keyboard.press("e")
    senior.keyboard.press("Control+End")
    senior.keyboard.type(" Thank you.")
    with senior.expect_response(re.compile("part=list")):
        held[0].continue_()
    senior.wait_for_timeout(300)
    expect(senior.locator("textarea:focus")).to_have_value(re.compile(r" Thank you\.$"))
    senior.keyboard.press("Control+Enter")
    expect(senior.locator("#part-list")).to_contain_text("Approved, held")
    context.close()
    told = desk.locator("[data-notice]", has_text=handle)
    expect(told).to_contain_text("Tom approved your reply", timeout=PATIENCE)
    told.get_by_role("button", name="Read").click()
    expect(told).to_have_count(0)
