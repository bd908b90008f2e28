"""Films over a bad link: one against the same link without its breaks, then fifty through kills.

The link carries 100 kB/s, resets every connection each 25 s and is then down for 3 s. The baseline
is the same film in the same browser over the same link that never breaks. Then fifty phones send at
once through resets at random while the web process is killed again and again: all must arrive byte
for byte, nothing in the server's memory may grow with them.
"""

import hashlib
import os
import random
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import requests
from playwright.sync_api import Browser, sync_playwright

from tests import browser as browsers
from tests.bench.sending import Sender
from tests.flaky import Flaky
from tests.journeys.people import sign_in
from tests.journeys.phones import fill, heavy_film
from tests.running import Run, running_newsroom

FILM = 6 * 1024 * 1024
RATE = 100_000
RESET_EVERY = 25.0
DOWN = 3.0
GOAL = 1.25
PIECE = 1024 * 1024

PHONES = 50
CROWD_FILM = 400_000
KILLS = 4
CROWD_SECONDS = 150
#: Bytes that the web process may hold for each phone that sends.
MEMORY_EACH = 2 * 1024 * 1024


def run() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, running_newsroom() as newsroom:
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=browsers.find(), args=browsers.ARGUMENTS
            )
            film = heavy_film(Path(folder) / "film.mp4", size=FILM)
            calm, _ = _send(chromium, newsroom, film, broken=False)
            with film.open("r+b") as file:  # another film: the same would be known already
                file.seek(-8, os.SEEK_END)
                file.write(os.urandom(8))
            rough, twice = _send(chromium, newsroom, film, broken=True)
            chromium.close()
        crowd = _crowd(newsroom)
    ratio = rough / calm
    resets = max(1, round(rough // RESET_EVERY))
    return {
        "value": round(rough, 1),
        "unit": f"s for 6 MiB; {twice} B twice; {crowd['whole']}/{PHONES} whole, "
        f"{crowd['kills']} kills, +{crowd['grown'] // 1024} KiB",
        "baseline": f"{calm:.1f} s",
        "ratio": round(ratio, 2),
        "goal": f"≤ {GOAL}; ≤ a piece twice a reset; all {PHONES} whole; memory flat",
        "ok": ratio <= GOAL
        and twice <= resets * PIECE
        and crowd["whole"] == PHONES
        and crowd["grown"] <= PHONES * MEMORY_EACH,
    }


def _send(chromium: Browser, newsroom: Run, film: Path, *, broken: bool) -> tuple[float, int]:
    """Seconds from the button to “safely in London”, and the bytes that went twice."""
    troubles: dict[str, Any] = {"reset_every": RESET_EVERY, "down": DOWN} if broken else {}
    with Flaky(int(newsroom.port)) as link:
        context = chromium.new_context()
        page = sign_in(context, newsroom, as_="achol")
        state = context.storage_state()
        context.close()
        context = chromium.new_context(storage_state=state)
        page = context.new_page()
        page.set_default_timeout(200_000)
        page.goto(f"{link.address}/field/film/")
        title = f"Over the link {film.stat().st_mtime_ns}"
        fill(page, film, title=title)
        link.begin_troubles(rate=RATE, **troubles)
        before, began = link.carried, time.monotonic()
        page.get_by_role("button", name="Send to London").click()
        page.locator("li", has_text=title).get_by_text("Safely in London,").wait_for()
        took, carried = time.monotonic() - began, link.carried - before
        context.close()
    return took, max(0, carried - FILM)


def _crowd(newsroom: Run) -> dict[str, int]:
    """Fifty phones at once; how many films arrived whole, and how much the web process grew."""
    chance = random.Random(2026)
    storyteller = _storyteller(newsroom)
    with Flaky(int(newsroom.port), reset_every=3.0, down=0.5, jitter=chance) as link:
        senders = [
            Sender(link.address, newsroom, film=os.urandom(CROWD_FILM)) for _ in range(PHONES)
        ]
        resting = _memory(newsroom)
        threads = [
            threading.Thread(target=one.send, args=(storyteller, CROWD_SECONDS), daemon=True)
            for one in senders
        ]
        for thread in threads:
            thread.start()
        grown = 0
        kills = 0
        while any(thread.is_alive() for thread in threads):
            time.sleep(chance.uniform(1.0, 2.0))
            grown = max(grown, _memory(newsroom) - resting)
            if kills < KILLS:
                kills += _kill_web(newsroom)
    return {"whole": _whole(newsroom, senders), "kills": kills, "grown": grown}


def _storyteller(newsroom: Run) -> int:
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.id FROM videos_storyteller s JOIN videos_place p ON p.id = s.place_id "
            "WHERE p.slug = 'kakuma' ORDER BY s.id LIMIT 1"
        )
        found: int = cursor.fetchone()[0]
        return found


def _web(newsroom: Run) -> psutil.Process | None:
    for child in psutil.Process(newsroom.process.pid).children(recursive=True):
        try:
            if "campaign.asgi:application" in child.cmdline():
                return child
        except psutil.Error:
            continue
    return None


def _memory(newsroom: Run) -> int:
    web = _web(newsroom)
    try:
        return int(web.memory_info().rss) if web else 0
    except psutil.Error:
        return 0


def _kill_web(newsroom: Run) -> int:
    """Without a word of warning; the supervisor starts it again."""
    web = _web(newsroom)
    try:
        answers = requests.get(f"{newsroom.address}/health/live", timeout=1).ok
    except requests.RequestException:
        answers = False
    if web is None or not answers:
        return 0
    web.send_signal(signal.SIGKILL)
    return 1


def _whole(newsroom: Run, senders: list[Sender]) -> int:
    """Films whose bytes in the storage, or still in the spool, are the phone's."""
    whole = 0
    for sender in senders:
        name = sender.id.hex
        places = [newsroom.data / "footage" / "originals" / name, newsroom.data / "spool" / name]
        for place in places:
            if place.exists():
                whole += hashlib.sha256(place.read_bytes()).digest() == sender.digest
                break
    return whole
