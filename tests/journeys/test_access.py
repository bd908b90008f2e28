"""Every page under axe-core, light and dark, on a desk and on a phone: nothing serious is found."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from tests.journeys import people
from tests.journeys.conftest import DESKTOP, PHONE
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SERIOUS = {"serious", "critical"}
PAGES = {
    "maya": ["desk/", "outbox/", "approvals/", "clips/", "my-day/"],
    "tom": ["templates/", "audit/"],
    "ingrid": ["reports/"],
}


def findings(page: Page) -> list[str]:
    """What axe finds serious, one line each: the rule, and where."""
    return [
        f"{page.url}: {violation['id']} at {node['target']}"
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_pages_hold_nothing_serious(
    browser: Browser, newsroom: Run, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    found = []
    for who, paths in PAGES.items():
        context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
        page = people.sign_in(context, newsroom, as_=who)
        for path in paths:
            page.goto(f"{newsroom.address}/c/iwelcome/{path}")
            found += findings(page)
        context.close()
    context = browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True)
    crew = people.sign_in(context, newsroom, as_="nabil")
    for path in ("field/", "field/film/", "p/share-the-responsibility/", "how-we-count/"):
        crew.goto(f"{newsroom.address}/{path}")
        found += findings(crew)
    crew.goto(f"{newsroom.address}/p/share-the-responsibility/?lang=ar")
    found += findings(crew)
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
