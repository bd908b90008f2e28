"""A crew's phone on a network that breaks: nothing is lost, nothing is sent twice, nothing is shown
to whoever finds the phone."""

import gzip
import hashlib
import os
import re
import uuid
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.flaky import Flaky
from tests.journeys import people, phones
from tests.journeys.conftest import PHONE
from tests.journeys.people import PATIENCE
from tests.process.helpers import wait_until
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

WEIGHT = 120_000
PIECE = 1024 * 1024


def test_film_survives_an_outage_a_reload_and_a_network_that_breaks(
    *, browser: Browser, newsroom: Run, phone: BrowserContext, flaky: Flaky, tmp_path: Path
) -> None:
    title = f"Rain {uuid.uuid4().hex[:6]}"
    page = phones.sign_phone_in(browser, newsroom, phone, flaky.address)
    phones.wait_for_worker(page)
    film = phones.heavy_film(tmp_path / "film.mp4", size=2_500_000)
    sha256 = hashlib.sha256(film.read_bytes()).hexdigest()

    # No network: the page opens, the film is kept, and is still there after a reload.
    flaky.cut()
    phone.set_offline(True)
    page.get_by_role("link", name="Film", exact=True).click()
    phones.fill(page, film, title=title)
    film.unlink()  # what was kept is a copy
    page.get_by_role("button", name="Send to London").click()
    card = phones.card(page, title)
    expect(card).to_contain_text("Waits for a network")
    page.reload()
    expect(card).to_contain_text("Waits for a network")

    # It is back, and bad: half a megabyte a second, broken again and again.
    flaky.mend()
    flaky.rate = 500_000
    before = flaky.carried
    phone.set_offline(False)
    expect(card).to_contain_text("%")
    for _ in range(3):
        page.wait_for_timeout(1_300)
        flaky.cut(down=0.4)
    page.reload()
    phones.expect_safe(page, title)

    assert phones.stored(newsroom)[sha256] == "stored"
    twice = flaky.carried - before - 2_500_000
    assert twice < (3 + 1) * PIECE, f"{twice} bytes were sent more than once"

    # What is safe may go; nothing of it is left on the phone.
    card.get_by_role("button", name="Delete here").click()
    expect(card.get_by_role("button", name="Delete here")).to_be_hidden()
    assert phones.kept_on(page) == 0


def test_two_films_that_look_alike_are_two_films(
    phone: BrowserContext, newsroom: Run, tmp_path: Path
) -> None:
    """The same name, size and time: a client that goes by these sends nothing of the second."""
    page = people.sign_in(phone, newsroom, as_="achol")
    hashes = []
    for number in (1, 2):
        film = phones.heavy_film(tmp_path / "IMG_0001.mp4", size=300_000)
        os.utime(film, (1_700_000_000, 1_700_000_000))
        hashes.append(hashlib.sha256(film.read_bytes()).hexdigest())
        page.goto(f"{newsroom.address}/field/film/")
        title = f"Twin {number} {hashes[-1][:6]}"
        phones.send(page, film, title=title)
        phones.expect_safe(page, title)

    assert [phones.stored(newsroom)[one] for one in hashes] == ["stored", "stored"]


def test_phone_without_room_says_so_and_keeps_the_form(
    phone: BrowserContext, newsroom: Run, tmp_path: Path
) -> None:
    page = people.sign_in(phone, newsroom, as_="achol")
    page.goto(f"{newsroom.address}/field/film/")
    page.locator("#id_title").fill("Kept words")
    tools = phone.new_cdp_session(page)
    tools.send("Storage.overrideQuotaForOrigin", {"origin": newsroom.address, "quotaSize": 1000})

    page.locator("#id_film").set_input_files(phones.heavy_film(tmp_path / "big.mp4", size=400_000))

    expect(page.locator("[data-field=film]")).to_contain_text("This phone has no room for a copy")
    expect(page.locator("#id_title")).to_have_value("Kept words")
    tools.send("Storage.overrideQuotaForOrigin", {"origin": newsroom.address})
    page.locator("#id_film").set_input_files(tmp_path / "big.mp4")
    expect(page.get_by_text("Safe on this phone")).to_be_visible()

    # What cannot be used does not take the place of what is kept.
    (tmp_path / "empty.mp4").touch()
    page.locator("#id_film").set_input_files(tmp_path / "empty.mp4")
    expect(page.locator("[data-field=film]")).to_contain_text("This file is empty")
    expect(page.locator("#copied")).to_contain_text("big.mp4")

    # A form that was left comes back with its film.
    page.locator("[name=consent]").check()
    page.reload()
    expect(page.get_by_text("Safe on this phone")).to_be_visible()
    expect(page.locator("#id_title")).to_have_value("Kept words")


def test_the_film_chosen_last_is_the_one_that_is_kept(
    phone: BrowserContext, newsroom: Run, tmp_path: Path
) -> None:
    """Also while the one before is still being copied, and when one choice is told of twice."""
    page = people.sign_in(phone, newsroom, as_="achol")
    page.goto(f"{newsroom.address}/field/film/")
    wrong, right = (phones.heavy_film(tmp_path / f"{n}.mp4", size=n * 1_000_000) for n in (9, 1))
    sha256 = hashlib.sha256(right.read_bytes()).hexdigest()
    title = f"Right {uuid.uuid4().hex[:6]}"
    page.locator("#id_film").set_input_files(wrong)
    phones.fill(page, right, title=title)
    expect(page.locator("#cost")).to_contain_text("1.0 MB")
    page.locator("#id_film").dispatch_event("change")
    for film in (wrong, right):
        film.unlink()
    assert wait_until(lambda: phones.kept_on(page) == 1)
    page.get_by_role("button", name="Send to London").click()
    phones.expect_safe(page, title)
    assert phones.stored(newsroom)[sha256] == "stored"


def test_film_chosen_before_the_script_or_after_the_network_is_kept(
    browser: Browser, newsroom: Run, tmp_path: Path
) -> None:
    """The first visit: nothing of the form is in the phone's cache yet."""
    context = browser.new_context(viewport=PHONE, service_workers="block")
    page = people.sign_in(context, newsroom, as_="achol")
    held: list[Route] = []
    page.route("**/film-form*.js", lambda route: held.append(route))  # noqa: PLW0108
    page.goto(f"{newsroom.address}/field/film/", wait_until="commit")
    early, late = (
        phones.heavy_film(tmp_path / f"{name}.mp4", size=200_000) for name in ("early", "late")
    )
    page.locator("#id_film").set_input_files(early)
    assert held
    held.pop().continue_()
    expect(page.locator("#copied")).to_contain_text("early.mp4")

    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.locator("#id_chosen").set_input_files(late)
    expect(page.locator("#copied")).to_contain_text("late.mp4")
    context.close()


def test_two_pages_of_a_phone_keep_a_film_each(
    phone: BrowserContext, newsroom: Run, tmp_path: Path
) -> None:
    pages = people.sign_in(phone, newsroom, as_="achol"), phone.new_page()
    titles = [f"Page {uuid.uuid4().hex[:6]}" for _ in pages]
    for page, title in zip(pages, titles, strict=True):
        page.goto(f"{newsroom.address}/field/film/")
        page.wait_for_timeout(1_500)  # it looks for what was left here
        expect(page.locator("#copied")).to_have_text("")
        phones.fill(page, phones.heavy_film(tmp_path / f"{title}.mp4", size=200_000), title=title)
    pages[0].close()
    pages[1].get_by_role("button", name="Send to London").click()
    phones.expect_safe(pages[1], titles[1])

    pages[1].goto(f"{newsroom.address}/field/film/")
    expect(pages[1].locator("#id_title")).to_have_value(titles[0])
    pages[1].locator("[name=consent]").check()  # what was asked is said anew
    pages[1].get_by_role("button", name="Send to London").click()
    phones.expect_safe(pages[1], titles[0])


def test_consent_waits_on_the_phone_and_reaches_london(
    phone: BrowserContext, newsroom: Run, flaky: Flaky, tmp_path: Path
) -> None:
    voice = tmp_path / "voice.m4a"
    voice.write_bytes(os.urandom(50_000))
    page = people.sign_in(phone, newsroom, as_="achol")
    page.goto(f"{flaky.address}/field/consent/")
    phones.wait_for_worker(page)
    page.get_by_role("button", name="Keep this consent").click()
    expect(page.locator("[data-field=told]")).to_contain_text("Explain all of it first.")

    flaky.cut()
    page.locator("[name=storyteller]").last.check()  # the first one's face stays to be shown
    page.locator("#id_language").select_option("sw")
    for box in page.locator("[name=told]").all():
        box.check()
    page.locator("[name=show_voice]").check()
    page.locator("[name=method][value=spoken]").check()
    page.locator("#id_evidence").set_input_files(voice)
    (tmp_path / "empty.m4a").touch()
    page.locator("#id_evidence").set_input_files(tmp_path / "empty.m4a")
    expect(page.locator("[data-field=evidence]")).to_contain_text("This file is empty")
    expect(page.locator("#evidence-kept")).to_contain_text("voice.m4a")
    expect(page.locator("#code")).to_have_text(re.compile(r"^[A-Z2-9]{5}-[A-Z2-9]{5}$"))
    flaky.mend()
    page.get_by_role("button", name="Keep this consent").click()

    page.wait_for_url("**/field/film/")
    sha256 = hashlib.sha256(voice.read_bytes()).hexdigest()
    assert wait_until(lambda: sha256 in evidence(newsroom), seconds=PATIENCE / 1000)
    expect(page.locator("#consents")).to_be_hidden(timeout=PATIENCE)


def evidence(newsroom: Run) -> set[str]:
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT evidence_sha256 FROM videos_consent WHERE evidence <> ''")
        return {sha256 for (sha256,) in cursor.fetchall()}


def test_lost_phone_shows_nothing_and_forgets(
    browser: Browser, newsroom: Run, phone: BrowserContext, tmp_path: Path
) -> None:
    name = f"Lost {uuid.uuid4().hex[:6]}"
    page = phones.sign_phone_in(browser, newsroom, phone, newsroom.address, called=name)
    phones.wait_for_worker(page)
    page.get_by_role("link", name="Film", exact=True).click()
    phones.fill(page, phones.heavy_film(tmp_path / "film.mp4", size=200_000), title="Left on a bus")
    assert phones.kept_on(page) == 1

    desk = browser.new_context()
    tom = people.sign_in(desk, newsroom, as_="tom")
    tom.goto(f"{newsroom.address}/c/iwelcome/phones/")
    row = tom.locator("tr", has_text=name)
    row.get_by_text("Sign out…").click()
    row.get_by_role("button", name=f"Sign {name} out").click()
    expect(row).to_contain_text("Signed out by Tom")
    desk.close()

    # The page is open and hears of it by itself.
    page.wait_for_url("**/field/join/", timeout=PATIENCE)
    assert phones.kept_on(page) == 0
    assert page.evaluate("caches.keys()") == []
    page.goto(f"{newsroom.address}/field/")
    expect(page.get_by_label("Code from London")).to_be_visible()


@pytest.mark.parametrize("language", ["ar", "fr", "sw"])
def test_screens_fit_and_can_be_hit(
    browser: Browser, newsroom: Run, language: str, tmp_path: Path
) -> None:
    """Nothing runs out of a small phone's screen, and no target is smaller than a thumb."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = people.sign_in(context, newsroom, as_="nabil")
    speak(newsroom, "nabil", language)
    for path in ("/field/", "/field/film/", "/field/consent/"):
        page.goto(newsroom.address + path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        page.wait_for_timeout(300)
        for more in page.locator("summary:visible").all():
            more.click()
        page.evaluate(
            "for (const one of document.querySelectorAll('button[hidden]')) one.hidden = false"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert small_targets(page) == []
    context.close()
    speak(newsroom, "nabil", "en")


def speak(newsroom: Run, who: str, language: str) -> None:
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaign_user SET language = %s WHERE username = %s", (language, who)
        )


def small_targets(page: Page) -> list[str]:
    """What a finger would miss: below 48 px in height. A box counts with its label."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("a, button, select, summary, input")]
            .filter((one) => one.checkVisibility() && !one.closest(".skip"))
            .map((one) => one.closest("label") ?? one)
            .filter((one) => one.getBoundingClientRect().height < 47.5)
            .map((one) => one.outerHTML.slice(0, 80))"""
    )
    return found


def test_first_load_is_light(browser: Browser, newsroom: Run) -> None:
    """Everything that the page asks for, compressed as production serves it."""
    signed_in = browser.new_context(viewport=PHONE)
    people.sign_in(signed_in, newsroom, as_="achol")
    state = signed_in.storage_state()
    signed_in.close()
    fresh = browser.new_context(viewport=PHONE, storage_state=state, service_workers="block")
    page = fresh.new_page()
    weights: dict[str, int] = {}

    def weigh(response: Any) -> None:
        path = re.sub(r"https?://[^/]+", "", response.url)
        if "/events" not in path and response.ok:
            weights[path] = len(gzip.compress(response.body()))

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(f"{newsroom.address}/field/")
    page.wait_for_load_state("load")
    page.wait_for_timeout(1_000)
    pictures = sum(weight for path, weight in weights.items() if path.startswith("/footage/"))
    fresh.close()

    total = sum(weights.values()) - pictures
    assert 20_000 < total <= WEIGHT, sorted(weights.items(), key=lambda one: -one[1])[:10]
