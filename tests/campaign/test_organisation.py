"""Signing in with the organisation's own account, against a real OpenID Connect server."""

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from allauth.account.models import EmailAddress
from django.test import Client
from pytest_django import Settings

from campaign import roles
from campaign.models import User
from tests import factories
from tests.process.helpers import free_ports, wait_until

pytestmark = pytest.mark.django_db

LOGIN = "/account/sso/oidc/organisation/login/"


@pytest.fixture(scope="module")
def organisation() -> Iterator[str]:
    """A process of its own: its libraries' warnings are not ours."""
    port = free_ports(1)
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        wait_until(lambda: _answers(address), seconds=30)
        yield address
    finally:
        server.kill()
        server.wait()


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=1).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(autouse=True)
def _connected(organisation: str, settings: Settings) -> None:
    app = {
        "provider_id": "organisation",
        "name": "Example",
        "client_id": "newsroom",
        "secret": "only-for-tests",
        "settings": {"server_url": organisation},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}


def arrive(organisation: str, client: Client, *, email: str, verified: bool = True) -> str:
    """Go there, say who one is, come back; returns where the newsroom then leads to."""
    claims = {"email": email, "email_verified": verified}
    requests.put(f"{organisation}/users/{email}", json=claims, timeout=5).raise_for_status()
    there = client.post(LOGIN)["Location"]
    back = requests.post(there, data={"sub": email}, allow_redirects=False, timeout=5)
    returned = urlsplit(back.headers["Location"])
    answer = client.get(f"{returned.path}?{returned.query}")
    return answer.get("Location", "") if answer.status_code == 302 else ""


def known(email: str, *, active: bool = True) -> User:
    campaign = factories.CampaignFactory(slug="iwelcome")
    person = factories.person(roles.EDITOR, campaign, email=email, is_active=active)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def signed_in(client: Client) -> str | None:
    return client.session.get("_auth_user_id")


def test_invited_person_comes_in(organisation: str, client: Client) -> None:
    ana = known("ana@example.org")
    assert "Sign in with Example" in client.get("/sign-in/").content.decode()
    assert arrive(organisation, client, email="ana@example.org") == "/"
    assert signed_in(client) == str(ana.pk)


def test_stranger_does_not(organisation: str, client: Client) -> None:
    arrive(organisation, client, email="eve@example.org")
    assert signed_in(client) is None
    assert not User.objects.filter(email="eve@example.org").exists()


def test_unverified_address_does_not(organisation: str, client: Client) -> None:
    known("ana@example.org")
    arrive(organisation, client, email="ana@example.org", verified=False)
    assert signed_in(client) is None


def test_somebody_who_was_left_out_does_not(organisation: str, client: Client) -> None:
    known("ana@example.org", active=False)
    arrive(organisation, client, email="ana@example.org")
    assert signed_in(client) is None
