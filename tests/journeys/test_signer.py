"""Somebody signs on a phone in Arabic, follows the link in the mail, and passes it on."""

import re
import time

import pytest
from playwright.sync_api import BrowserContext, expect

from petitions.limits import BURST
from tests.journeys.test_newcomer import confirmation_link
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


def test_a_signature_in_arabic_on_a_phone(phone: BrowserContext, newsroom: Run, stamp: str) -> None:
    email = f"leila.{stamp}@gmial.com"
    page = phone.new_page()
    page.goto(f"{newsroom.address}/p/share-the-responsibility/?lang=ar")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.evaluate("window.innerWidth")

    page.get_by_label("الاسم", exact=True).fill("ليلى حداد")
    page.get_by_label("البريد الإلكتروني").fill(email)
    page.get_by_label("البلد", exact=True).select_option("LB")
    page.locator("[data-send] button").click()
    page.get_by_role("button", name="استخدم هذا العنوان").click()
    expect(page.get_by_role("heading", name="تفقّد بريدك")).to_be_visible()

    page.goto(confirmation_link(newsroom, email.replace("gmial", "gmail")))
    expect(page.get_by_role("heading", name="شكرًا لك. اسمك محسوب.")).to_be_visible()
    copied = page.locator("#share-copy").input_value()
    assert re.search(r"/s/[a-z0-9]{6}$", copied)
    share = page.get_by_role("link", name="WhatsApp").get_attribute("href") or ""
    answer = phone.request.get(newsroom.address + share, max_redirects=0)
    assert answer.headers["location"].startswith("https://wa.me/?text=")

    page.set_extra_http_headers({"Accept-Language": "ar"})  # as an Arabic phone says
    page.goto(newsroom.address + copied[copied.index("/s/") :])
    expect(page).to_have_url(re.compile(r"/p/share-the-responsibility/\?l="))
    expect(page.locator("html")).to_have_attribute("dir", "rtl")


def test_a_browser_works_for_a_signature_out_of_a_crowd(
    phone: BrowserContext, newsroom: Run, stamp: str
) -> None:
    """Many signatures from one network ask for proof; a real browser finds it by itself."""
    page = phone.new_page()
    # An office of its own: nobody else's signatures are in its way.
    page.set_extra_http_headers({"X-Forwarded-For": "203.0.113.77"})
    address = f"{newsroom.address}/p/share-the-responsibility/?lang=en"
    page.goto(address)
    token = page.locator("input[name=token]").input_value()
    second = int(time.time()) % BURST[0]
    if second > BURST[0] / 3:  # a burst is counted by the minute
        page.wait_for_timeout(1_000 * (BURST[0] - second + 1))
    for number in range(2 * BURST[1]):
        email = f"{number}.{stamp}@example.org"
        facts: dict[str, str | float | bool] = {
            "token": token, "name": "Ada", "email": email, "country": "GB",
        }  # fmt: skip
        answer = page.request.post(
            address, form=facts, headers={"X-Forwarded-For": "203.0.113.77"}, max_redirects=0
        )
        if answer.status == 429:
            break
    assert answer.status == 429

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    page.get_by_label("Name", exact=True).fill("Noor Haddad")
    page.get_by_label("Email", exact=True).fill(f"noor.{stamp}@example.org")
    page.get_by_label("Country", exact=True).select_option("LB")
    page.locator("[data-send] button").click()
    expect(page).to_have_url(re.compile("/signed/"), timeout=60_000)
    assert any(re.search("&work=[^&]+", one) for one in sent)
