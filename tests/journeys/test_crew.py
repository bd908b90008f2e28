"""A crew member's way: a film from the phone to the editors' shelf."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys import people
from tests.journeys.people import PATIENCE
from tests.running import Run
from tests.videos import films

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

TITLE = "What the rain does to a tent"


def test_film_from_a_phone_reaches_the_shelf(
    phone: BrowserContext, browser: Browser, newsroom: Run, tmp_path: Path
) -> None:
    page = people.sign_in(phone, newsroom, as_="achol")
    expect(page.get_by_role("heading", name="Kakuma")).to_be_visible()
    page.get_by_role("link", name="Film", exact=True).click()
    send(page, films.phone_film(tmp_path / "rain.mp4", seconds=3), title=TITLE)
    clip = page.locator("article, li", has_text=TITLE).first
    expect(clip).to_contain_text("Ready for the editors", timeout=PATIENCE)

    desk = browser.new_context()
    library = people.sign_in(desk, newsroom, as_="maya")
    library.goto(f"{newsroom.address}/c/iwelcome/clips/")
    expect(library.locator("article, li", has_text=TITLE).first).to_contain_text("Ready")
    desk.close()


def test_file_that_is_no_film_is_refused_in_plain_words(
    phone: BrowserContext, newsroom: Run, tmp_path: Path
) -> None:
    letter = tmp_path / "film.mp4"
    letter.write_text("This is a letter, whatever its name says.")
    page = people.sign_in(phone, newsroom, as_="achol")
    page.goto(f"{newsroom.address}/field/film/")
    send(page, letter, title="A letter")
    clip = page.locator("article, li", has_text="A letter").first
    expect(clip).to_contain_text("not a video", timeout=PATIENCE, ignore_case=True)


def send(page: Page, film: Path, *, title: str) -> None:
    """Fill the form for a film that is on the phone already, and send it."""
    page.locator("#id_chosen").set_input_files(film)
    page.locator(".film-person", has_text="Tesfaye").click()  # whose face may be shown
    page.get_by_label("Language spoken").select_option("en")
    page.get_by_label("What it is about").fill(title)
    page.get_by_label("I asked for this film").check()
    expect(page.get_by_text("Safe on this phone")).to_be_visible()
    page.get_by_role("button", name="Send to London").click()
