"""A passkey from adding it to signing in with it, on Chromium's own virtual authenticator."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import people
from tests.journeys.conftest import DESKTOP
from tests.running import Run

pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def add_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def test_passkey_lets_its_owner_in(browser: Browser, newsroom: Run) -> None:
    # Passkeys belong to names, never to bare addresses.
    address = newsroom.address.replace("127.0.0.1", "localhost")
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.set_default_timeout(people.PATIENCE)
    add_authenticator(page)
    page.goto(f"{address}/sign-in/?next=/account/second-factor/webauthn/add/")
    page.get_by_label("Name").fill("esi")
    page.get_by_label("Password").fill(newsroom.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Password").fill(newsroom.password)  # a new key asks who is there
    page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{address}/c/iwelcome/**")
    context.close()
