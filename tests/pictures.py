"""`make pictures`: every page, on a desk and on a phone, light and dark, from a running demo.

Writes `var/pictures/<page>-<width>-<scheme>.png`, and the two that the README shows into
`docs/images/`. The demo is used as a newcomer would: a tweet is claimed, paired and answered, its
link followed, the petition signed.
"""

import shutil
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests import browser as browsers
from tests.journeys import people
from tests.running import Run, running_newsroom

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "pictures"
IN_README = {"desk-1440-light": "desk.png", "petition-390-light": "petition-phone.png"}
WIDTHS: dict[int, ViewportSize] = {
    1440: {"width": 1440, "height": 900},
    390: {"width": 390, "height": 844},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
#: Who sees what: page → address.
PAGES = {
    "maya": {
        "clips": "/c/iwelcome/clips/",
        "outbox": "/c/iwelcome/outbox/",
        "approvals": "/c/iwelcome/approvals/",
    },
    "ingrid": {"report": "/c/iwelcome/reports/"},
    "achol": {"field": "/field/", "film": "/field/film/"},
}


def main() -> int:
    path = browsers.find()
    if path is None:
        sys.stderr.write("No browser was found: set CHROMIUM to one.\n")
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with running_newsroom() as newsroom, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        link = _answer(chromium, newsroom)
        for width, size in WIDTHS.items():
            for scheme in SCHEMES:
                _take_all(chromium, newsroom, link, width=width, size=size, scheme=scheme)
        chromium.close()
    for name, target in IN_README.items():
        (ROOT / "docs" / "images").mkdir(parents=True, exist_ok=True)
        shutil.copy(FOLDER / f"{name}.png", ROOT / "docs" / "images" / target)
    sys.stdout.write(f"{len(list(FOLDER.iterdir()))} pictures are in {FOLDER}.\n")
    return 0


def _answer(browser: Browser, newsroom: Run) -> str:
    """Answer four tweets; the link of the first reply."""
    context = browser.new_context(viewport=WIDTHS[1440])
    desk = people.sign_in(context, newsroom, as_="maya")
    people.wait_for_a_clip(desk, newsroom)
    desk.wait_for_timeout(30_000)  # until all the demo's clips are prepared
    desk.goto(f"{newsroom.address}/c/iwelcome/desk/")
    desk.locator(".queue-card").first.get_by_role("link").click()
    desk.keyboard.press("c")
    for _ in range(4):
        expect(desk.locator("[data-key='1']")).to_be_visible()
        desk.keyboard.press("1")
        expect(desk.locator("#approve-button")).to_be_enabled()
        desk.keyboard.press("Control+Enter")
        desk.wait_for_timeout(1_500)
    timeline = context.new_page()
    timeline.goto(newsroom.sandbox)
    link = timeline.locator("article.ours a[href*='/s/']").first
    expect(link).to_be_visible(timeout=people.PATIENCE)
    address = link.get_attribute("href") or ""
    context.close()
    return address


def _take_all(
    browser: Browser,
    newsroom: Run,
    link: str,
    *,
    width: int,
    size: ViewportSize,
    scheme: Literal["light", "dark"],
) -> None:
    def take(page: Page, name: str) -> None:
        page.wait_for_timeout(800)
        page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png")

    for who, pages in PAGES.items():
        context = browser.new_context(viewport=size, color_scheme=scheme)
        page = people.sign_in(context, newsroom, as_=who)
        if who == "maya":
            _work(page, newsroom)
            take(page, "desk")
        for name, address in pages.items():
            page.goto(newsroom.address + address)
            take(page, name)
        context.close()
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    for name, address in {
        "sign-in": f"{newsroom.address}/sign-in/",
        "petition": link,
        "timeline": newsroom.sandbox,
        "mailbox": f"{newsroom.sandbox}/mail",
    }.items():
        page.goto(address)
        take(page, name)
    page.goto(link)
    arabic = page.locator("a[hreflang=ar]").first.get_attribute("href") or ""
    page.goto(urljoin(page.url, arabic))
    take(page, "petition-arabic")
    context.close()


def _work(desk: Page, newsroom: Run) -> None:
    """The desk as it is most of the day: a tweet in hand, its clip chosen."""
    desk.goto(f"{newsroom.address}/c/iwelcome/desk/")
    card = desk.locator(".queue-card:not(.card-gone)").first
    card.get_by_role("link").click()
    expect(desk.locator("#pane")).to_contain_text("@")
    desk.wait_for_timeout(800)
    if desk.get_by_role("button", name="Claim", exact=False).first.is_visible():
        desk.keyboard.press("c")
        desk.wait_for_timeout(1_200)
    if desk.locator("[data-key='1']").is_visible():
        desk.keyboard.press("1")
        desk.wait_for_timeout(1_500)


if __name__ == "__main__":
    sys.exit(main())
