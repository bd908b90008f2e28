"""What a phone does by itself: it holds back, notices a dead line, finds another place for a film,
sends from one tab, outlives its browser and many days, and obeys when it is signed out."""

import hashlib
import re
import time
import uuid
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

from tests import browser as browsers
from tests.flaky import Flaky
from tests.journeys import people, phones
from tests.journeys.conftest import PHONE
from tests.process.helpers import wait_until
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]

SMALLEST, LARGEST = 256 * 1024, 1024 * 1024
FILMS = "/field/films/"
TOLD = f"**{FILMS}"
#: Some of it is in London, not all.
SOME = re.compile(r"[1-9]\d?\s?%")

#: Chromium on a desktop does not tell Wi-Fi from the rest; a phone's does.
TELLS_WIFI = """
    const line = Object.assign(new EventTarget(), { type: "%s", effectiveType: "4g" });
    Object.defineProperty(navigator, "connection", { value: line });
"""
CHANGE_LINE = """type => {
    navigator.connection.type = type;
    navigator.connection.dispatchEvent(new Event("change"));
}"""


def title_of(film: Path) -> str:
    return f"{film.stem} {uuid.uuid4().hex[:6]}"


def sha256_of(film: Path) -> str:
    return hashlib.sha256(film.read_bytes()).hexdigest()


def open_field(phone: BrowserContext, newsroom: Run, base: str, path: str = "/field/film/") -> Page:
    """As Achol, with a session; the phone's own storage is that of `base`."""
    page = people.sign_in(phone, newsroom, as_="achol")
    page.goto(base + path)
    return page


def note_requests(page: Page) -> list[Request]:
    heard: list[Request] = []

    def hear(one: Request) -> None:
        heard.append(one)

    page.on("request", hear)
    return heard


def pieces(heard: list[Request]) -> list[tuple[str, int]]:
    """Of each piece, where it goes and from which byte on."""
    sent = [one for one in heard if one.method == "PATCH"]
    return [(one.url, int(one.headers["upload-offset"])) for one in sent]


def sizes(heard: list[Request]) -> list[int]:
    """Bytes of the pieces after which another one was sent."""
    pairs = pairwise(pieces(heard))
    return [end - start for (one, start), (other, end) in pairs if one == other and end > start]


def test_phone_holds_back_when_told_to_and_counts_what_it_sends(
    phone: BrowserContext, newsroom: Run, flaky: Flaky, tmp_path: Path
) -> None:
    """Pause and Wi-Fi only hold, also over a reload; all films are told of before any is sent."""
    page = open_field(phone, newsroom, flaky.address)
    page.add_init_script(TELLS_WIFI % "cellular")
    films = [phones.heavy_film(tmp_path / f"{n}.mp4", size=900_000) for n in ("first", "second")]
    first, second = (title_of(film) for film in films)
    page.goto(f"{flaky.address}/field/")
    page.get_by_label("Wi-Fi only").check()
    for film, title in zip(films, (first, second), strict=True):
        page.goto(f"{flaky.address}/field/film/")
        phones.fill(page, film, title=title)
        expect(page.locator("#cost")).to_contain_text("900 kB")
        page.get_by_role("button", name="Send to London").click()
        expect(phones.card(page, title)).to_contain_text("Waits for Wi-Fi")
    assert (told_of(newsroom, films), phones.kept_on(page)) == (0, 2)
    page.reload()
    expect(page.get_by_label("Wi-Fi only")).to_be_checked()
    expect(phones.card(page, first)).to_contain_text("Waits for Wi-Fi")

    heard = note_requests(page)
    flaky.rate = 150_000
    page.evaluate(CHANGE_LINE, "wifi")
    expect(phones.card(page, first)).to_contain_text(SOME)
    asked = [(one.method, re.sub("[0-9a-f-]{36}$", "", one.url)) for one in heard]
    told = [
        n
        for n, (method, url) in enumerate(asked)
        if (method, url[-13:]) == ("POST", "/field/films/")
    ]
    assert len(told) == 2
    assert max(told) < next(n for n, (method, _) in enumerate(asked) if method == "PATCH")

    phones.card(page, first).get_by_role("button", name="Pause").click()
    expect(phones.card(page, first)).to_contain_text("Paused")
    page.reload()
    expect(phones.card(page, first)).to_contain_text("Paused")
    begun = pieces(heard)
    page.wait_for_timeout(800)
    assert pieces(heard) == begun
    page.evaluate(CHANGE_LINE, "wifi")
    flaky.rate = None
    phones.card(page, first).get_by_role("button", name="Go on").click()
    phones.expect_safe(page, first)
    phones.expect_safe(page, second)
    assert [phones.stored(newsroom)[sha256_of(film)] for film in films] == ["stored", "stored"]
    assert SMALLEST <= max(sizes(heard)) <= LARGEST

    # The counter says what went over the line, and goes on after a reload.
    today = page.locator("#today")
    expect(today).to_contain_text(re.compile("(1\\.[89]|2\\.\\d) MB"))
    counted = today.inner_text()
    page.reload()
    expect(today).to_have_text(counted)


def told_of(newsroom: Run, films: list[Path]) -> int:
    return sum(sha256_of(film) in phones.stored(newsroom) for film in films)


def test_phone_gives_up_a_dead_line_and_goes_on_when_it_is_looked_at(
    phone: BrowserContext, newsroom: Run, flaky: Flaky, tmp_path: Path
) -> None:
    film = phones.heavy_film(tmp_path / "dead.mp4", size=700_000)
    title = title_of(film)
    page = open_field(phone, newsroom, flaky.address)
    page.clock.install()
    page.reload()
    page.route(TOLD, lambda route: route.abort())
    phones.send(page, film, title=title)
    # The naps between its tries cannot end: the clock stands still. Looking at the page is enough.
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=5))
    page.wait_for_timeout(500)
    page.unroute(TOLD)
    flaky.rate = 100_000
    with page.expect_request(lambda one: one.method == "POST" and one.url.endswith(FILMS)):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.resume()
    expect(phones.card(page, title)).to_contain_text(SOME)

    # A connection that stays open and carries nothing: no error ever comes of it.
    flaky.hush()
    page.wait_for_timeout(300)
    with page.expect_request(lambda one: one.method == "HEAD"):
        page.clock.fast_forward(30_000)
    flaky.rate = None
    flaky.mend()
    phones.expect_safe(page, title)
    assert phones.stored(newsroom)[sha256_of(film)] == "stored"


#: A browser without OPFS, in the page and in the worker that copies.
NO_OPFS = "delete StorageManager.prototype.getDirectory;"
#: A browser that keeps nothing for good unless the page is on the home screen.
MAY_NOT_STAY = "navigator.storage.persist = navigator.storage.persisted = async () => false;"


def test_phone_without_private_files_keeps_films_in_its_database(
    browser: Browser, newsroom: Run, flaky: Flaky, tmp_path: Path
) -> None:
    phone = browser.new_context(viewport=PHONE, service_workers="block")
    phone.add_init_script(NO_OPFS + MAY_NOT_STAY)
    phone.route("**/field/copy.js", without_opfs)
    film = phones.heavy_film(tmp_path / "database.mp4", size=500_000)
    title, sha256 = title_of(film), sha256_of(film)
    page = open_field(phone, newsroom, flaky.address)
    phones.fill(page, film, title=title)
    # The gallery gives other bytes the second time, or none: iOS re-encodes at each selection.
    film.write_bytes(b"re-encoded")
    page.reload()
    expect(page.get_by_text("Safe on this phone")).to_be_visible()
    assert kept_in_database(page) == [500_000]
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Send to London").click()
    expect(page.get_by_text("This phone may delete films when it is full")).to_be_visible()
    phones.expect_safe(page, title)
    assert phones.stored(newsroom)[sha256] == "stored"
    phones.card(page, title).get_by_role("button", name="Delete here").click()
    expect(phones.card(page, title).get_by_role("button", name="Delete here")).to_be_hidden()
    assert kept_in_database(page) == []
    # A lost phone of this kind forgets, too.
    page.evaluate("import('/static/js/field/keep.js').then((keep) => keep.wipe())")
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    phone.close()


def without_opfs(route: Any) -> None:
    answer = route.fetch()
    route.fulfill(response=answer, body=NO_OPFS + answer.text())


def kept_in_database(page: Page) -> list[int]:
    """Bytes of each piece of a film there."""
    sizes: list[int] = page.evaluate(
        """() => new Promise((resolve, reject) => {
            const request = indexedDB.open("field");
            request.onerror = () => reject(request.error);
            request.onsuccess = () => {
                const all = request.result.transaction("blobs").objectStore("blobs").getAll();
                all.onsuccess = () => {
                    request.result.close();
                    resolve(all.result.map((piece) => piece.size));
                };
            };
        })"""
    )
    return sizes


def test_two_tabs_send_one_film_once_and_the_second_takes_over(
    phone: BrowserContext, newsroom: Run, flaky: Flaky, tmp_path: Path
) -> None:
    film = phones.heavy_film(tmp_path / "tabs.mp4", size=900_000)
    title = title_of(film)
    first = open_field(phone, newsroom, flaky.address)
    second = phone.new_page()
    sent = {page: note_requests(page) for page in (first, second)}
    second.goto(f"{flaky.address}/field/")
    flaky.rate = 200_000
    before = flaky.carried
    phones.send(first, film, title=title)
    # The first page was left for another address: its lock went to the tab that stood by.
    expect(phones.card(second, title)).to_contain_text(SOME)
    sender, other = (first, second) if pieces(sent[first]) else (second, first)
    assert (len(pieces(sent[sender])) > 0, pieces(sent[other])) == (True, [])
    sender.close()
    expect(phones.card(other, title)).to_contain_text(SOME)
    flaky.rate = None
    phones.expect_safe(other, title)
    assert len(pieces(sent[other])) > 0
    assert phones.stored(newsroom)[sha256_of(film)] == "stored"
    assert flaky.carried - before < 900_000 + LARGEST


def test_film_outlives_its_browser_and_nine_days_without_a_network(
    browser: Browser, newsroom: Run, flaky: Flaky, tmp_path: Path
) -> None:
    """A closed browser loses its session; the phone's own token and its films stay."""
    film = phones.heavy_film(tmp_path / "days.mp4", size=300_000)
    title = title_of(film)
    profile = tmp_path / "profile"
    phone = restarted(browser, profile)
    page = phones.sign_phone_in(browser, newsroom, phone, flaky.address)
    phones.wait_for_worker(page)
    flaky.cut()
    phone.set_offline(True)
    page.goto(f"{flaky.address}/field/film/")
    phones.send(page, film, title=title)
    phone.close()

    phone = restarted(browser, profile)
    phone.set_offline(True)
    page = phone.new_page()
    page.clock.install(time=datetime.now(UTC) + timedelta(days=9))
    page.goto(f"{flaky.address}/field/")
    expect(page.get_by_role("heading", name="Kakuma")).to_be_visible()
    expect(phones.card(page, title)).to_contain_text("Waits for a network")
    flaky.mend()
    phone.set_offline(False)
    phones.expect_safe(page, title)
    phone.close()
    assert phones.stored(newsroom)[sha256_of(film)] == "stored"


def restarted(browser: Browser, profile: Path) -> BrowserContext:
    """A browser of its own that keeps what it holds in `profile`."""
    return browser.browser_type.launch_persistent_context(
        profile, executable_path=browsers.find(), args=browsers.ARGUMENTS, viewport=PHONE
    )


def test_revoked_phone_sends_nothing_more_and_shows_nothing(
    *, browser: Browser, newsroom: Run, phone: BrowserContext, flaky: Flaky, tmp_path: Path
) -> None:
    """In the middle of a film, and without any news of it reaching the page."""
    film = phones.heavy_film(tmp_path / "lost.mp4", size=2_000_000)
    title, sha256 = title_of(film), sha256_of(film)
    page = phones.sign_phone_in(browser, newsroom, phone, flaky.address)
    phones.wait_for_worker(page)
    page.goto(f"{flaky.address}/field/film/")
    flaky.rate = 200_000
    phones.send(page, film, title=title)
    expect(phones.card(page, title)).to_contain_text(SOME)
    assert wait_until(lambda: spooled(newsroom, sha256) > 0)
    revoke_all(newsroom)

    page.wait_for_url("**/field/join/")
    assert phones.kept_on(page) == 0
    assert page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert phones.stored(newsroom)[sha256] == "announced"
    assert 0 < spooled(newsroom, sha256) < 2_000_000
    phone.set_offline(True)
    page.goto("about:blank")
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(f"{flaky.address}/field/")


def test_page_whose_browser_was_told_to_forget_leaves(
    browser: Browser, newsroom: Run, phone: BrowserContext, flaky: Flaky
) -> None:
    """Whatever London said it in answer to, and however slow the way out is."""
    page = phones.sign_phone_in(browser, newsroom, phone, flaky.address)
    phones.wait_for_worker(page)
    revoke_all(newsroom)
    page.route("**/field/join/", slowly)

    page.evaluate("fetch('/field/films/')")

    page.wait_for_url("**/field/join/")
    assert phones.kept_on(page) == 0


def slowly(route: Route) -> None:
    """After longer than the page waits before it tries again."""
    time.sleep(7)
    route.continue_()


def spooled(newsroom: Run, sha256: str) -> int:
    """Bytes of a film that London has so far."""
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM videos_upload WHERE sha256 = %s", (sha256,))
        (upload,) = cursor.fetchone()
    spooled: Path = newsroom.data / "spool" / upload.hex
    return spooled.stat().st_size if spooled.exists() else 0


def revoke_all(newsroom: Run) -> None:
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaign_device SET revoked_at = now(), revoked_by_id = invited_by_id"
        )
