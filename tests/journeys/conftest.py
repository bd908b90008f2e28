"""A whole newsroom and a real browser, shared by all journeys of a run."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect

from tests.flaky import Flaky
from tests.running import Run

# The newsroom prepares its films while the journeys are under way.
expect.set_options(timeout=20_000)

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def desktop(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP)
    yield context
    context.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    yield context
    context.close()


@pytest.fixture
def flaky(newsroom: Run) -> Iterator[Flaky]:
    with Flaky(int(newsroom.port)) as proxy:
        yield proxy


@pytest.fixture
def stamp() -> str:
    return f"{datetime.now(UTC):%H%M%S}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys alone are tried again: a promise that breaks once is broken."""
    for item in items:
        if item.get_closest_marker("journey"):
            item.add_marker(pytest.mark.flaky(reruns=2))
