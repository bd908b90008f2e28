"""What a crew does with a phone, and what can be seen of it: for journeys and figures."""

import os
import re
from pathlib import Path

import psycopg2
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.journeys import people
from tests.journeys.people import PATIENCE
from tests.running import Run
from tests.videos import films


def sign_phone_in(
    browser: Browser, newsroom: Run, phone: BrowserContext, base: str, *, called: str = "Red phone"
) -> Page:
    """A coordinator makes a code; the phone opens its link, by way of `base`."""
    desk = browser.new_context()
    page = people.sign_in(desk, newsroom, as_="tom")
    page.goto(f"{newsroom.address}/c/iwelcome/phones/")
    page.get_by_label("Whose phone").select_option(label="Achol, Kakuma")
    page.get_by_label("Which phone").fill(called)
    page.get_by_role("button", name="Make a code").click()
    link = page.locator(".phones-link").inner_text()
    desk.close()
    field = phone.new_page()
    field.set_default_timeout(PATIENCE)
    field.goto(base + link.removeprefix(newsroom.address))
    field.get_by_role("button", name="Sign this phone in").click()
    expect(field.get_by_role("heading", name="Kakuma")).to_be_visible()
    return field


def wait_for_worker(page: Page) -> None:
    """Until the page would open without a network."""
    page.locator("body[data-kept]").wait_for()


def heavy_film(path: Path, *, size: int) -> Path:
    """A film that plays, made heavy by a box of random bytes that players pass over."""
    film = films.phone_film(path, seconds=2)
    padding = size - film.stat().st_size
    with film.open("ab") as file:
        file.write(padding.to_bytes(4, "big") + b"free" + os.urandom(padding - 8))
    return film


def fill(page: Page, film: Path, *, title: str) -> None:
    page.locator("#id_film").set_input_files(film)  # what a camera would give
    page.locator(".film-person:has(:enabled)").first.click()
    page.locator("#id_language").select_option("en")
    page.locator("#id_title").fill(title)
    page.locator("[name=consent]").check()
    expect(page.get_by_text("Safe on this phone")).to_be_visible()


def send(page: Page, film: Path, *, title: str) -> None:
    fill(page, film, title=title)
    page.get_by_role("button", name="Send to London").click()
    expect(card(page, title)).to_be_visible()


def card(page: Page, title: str) -> Locator:
    """What the page shows of a film: on the phone, or as London has it."""
    return page.locator("li:visible", has_text=title).first


def expect_safe(page: Page, title: str) -> None:
    """In London, its hash checked; on a quick machine it may be ready by the time we look."""
    safe = re.compile("Safely in London,|Ready for the editors")
    expect(card(page, title)).to_contain_text(safe, timeout=PATIENCE)


def stored(newsroom: Run) -> dict[str, str]:
    """sha256 → state of every upload there."""
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sha256, status FROM videos_upload")
        return dict(cursor.fetchall())


def kept_on(page: Page) -> int:
    """How many films lie on the phone."""
    count: int = page.evaluate(
        """async () => {
            let count = 0;
            const root = await navigator.storage.getDirectory();
            try {
                for await (const _ of (await root.getDirectoryHandle("films")).keys()) count += 1;
            } catch {}
            return count;
        }"""
    )
    return count
