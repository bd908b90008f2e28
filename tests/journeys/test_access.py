"""Every page under axe-core, light and dark, on a desk and on a phone: nothing serious is found."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.journeys import people
from tests.journeys.conftest import DESKTOP, PHONE
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SERIOUS = {"serious", "critical"}
DESK = "c/iwelcome"
#: What needs a connection is dimmed until there is one.
LIVE = "!window['live-pill'] || window['live-pill'].dataset.liveState === 'live'"
PUBLIC = [
    "p/share-the-responsibility/",
    "p/share-the-responsibility/?lang=ar",
    "how-we-count/",
]
PAGES = {
    "maya": [f"{DESK}/{page}/" for page in ("desk", "outbox", "approvals", "clips", "my-day")],
    "tom": [f"{DESK}/templates/", f"{DESK}/audit/"],
    "ingrid": [f"{DESK}/reports/"],
    "nabil": ["field/", "field/film/", *PUBLIC],
}


def findings(page: Page, *rules: str) -> list[str]:
    """What axe finds serious (by these rules only, if any), one line each: the rule, and where."""
    options = {"runOnly": list(rules)} if rules else None
    return [
        f"{page.url}: {violation['id']} at {node['target']}"
        for violation in Axe().run(page, options=options).response["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("who", PAGES)
def test_pages_hold_nothing_serious(browser: Browser, newsroom: Run, who: str) -> None:
    """All rules on a desk and on a phone; the dark scheme changes nothing but colours."""
    found = []
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    page = people.sign_in(context, newsroom, as_=who)
    for path in PAGES[who]:
        page.goto(f"{newsroom.address}/{path}")
        page.wait_for_function(LIVE)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            found += findings(page)
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            found += findings(page, "color-contrast")
    context.close()
    assert found == []


def test_claimed_tweet_holds_nothing_serious(browser: Browser, newsroom: Run) -> None:
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    desk = people.sign_in(context, newsroom, as_="tom")
    desk.goto(f"{newsroom.address}/c/iwelcome/desk/")
    free = desk.locator(".queue-card[data-status=waiting]")  # colleagues may hold others
    free.last.get_by_role("link").click()
    desk.get_by_role("button", name="Claim").click()
    desk.locator("#reply-text").wait_for()
    assert findings(desk) == []
    desk.get_by_role("button", name="Release").click()
    context.close()
