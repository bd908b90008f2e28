"""A manager before a board meeting: reads the report, narrows it, prints it, takes it along."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.journeys import people
from tests.journeys.people import PATIENCE
from tests.process.helpers import ROOT
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_manager_reads_filters_prints_and_exports(
    desktop: BrowserContext, browser: Browser, newsroom: Run, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "demo", "--history"],
        cwd=ROOT, env={"PATH": ""} | newsroom.environment, check=True, capture_output=True,
    )  # fmt: skip
    page = people.sign_in(desktop, newsroom, as_="ingrid")
    page.goto(f"{newsroom.address}/c/iwelcome/reports/")
    answered = page.locator(".funnel-step", has_text="Answered").locator(".funnel-total")
    whole = number(answered.inner_text())
    assert whole > 100

    page.locator("summary", has_text="Both lanes").click()
    page.get_by_role("link", name="Field lane").click()
    page.wait_for_url(re.compile("lane=field"))
    narrowed = number(answered.inner_text())
    assert 0 < narrowed < whole
    page.get_by_role("link", name="Theme", exact=True).click()
    expect(page.get_by_role("columnheader", name="Mentions")).to_be_visible()
    assert "lane=field" in page.url

    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1

    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("row", name="Every reply").get_by_role("link", name="CSV").click()
    taken = tmp_path / "replies.csv"
    download.value.save_as(taken)
    rows = list(csv.DictReader(taken.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == narrowed
    assert {row["lane"] for row in rows} == {"field"}

    page.goto(f"{newsroom.address}/c/iwelcome/reports/wall/")
    page.get_by_role("button", name=re.compile("address")).click()
    screen = browser.new_context(viewport={"width": 1920, "height": 1080})
    wall = screen.new_page()
    wall.goto(page.get_by_label("Its address").input_value())
    expect(wall.locator("#live-pill")).to_have_attribute(
        "data-live-state", "live", timeout=PATIENCE
    )
    expect(wall.locator(".wall-says")).to_contain_text(re.compile(r"from\s+\d+\s+countries"))
    assert wall.evaluate("document.documentElement.scrollHeight <= innerHeight")
    screen.close()


def number(text: str) -> int:
    return int(text.replace(",", ""))
