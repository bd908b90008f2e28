from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from petitions import limits, pages, rules, tokens
from petitions.actions import signing
from petitions.actions.signing import Person
from petitions.models import Petition
from tests.factories import PetitionFactory, PetitionTextFactory

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)


@pytest.fixture(autouse=True)
def _forget_salts() -> None:
    """Redis is emptied after each test; what a process remembers of it, too."""
    limits._salts.clear()
    rules.forget()
    pages.forget()
    signing._rung_at = -signing.RING_EVERY


@pytest.fixture
def petition() -> Petition:
    """Open, in English and in Arabic."""
    petition = PetitionFactory(slug="share", goal=1_000)
    PetitionTextFactory(petition=petition)
    PetitionTextFactory(petition=petition, language="ar", title="لنتقاسم المسؤولية")
    return petition


@pytest.fixture
def visitor() -> Client:
    """Somebody with a browser; the newsroom knows nothing of them. CSRF is really checked."""
    return Client(enforce_csrf_checks=True, headers={"user-agent": BROWSER})


@pytest.fixture
def filled(petition: Petition) -> Callable[..., dict[str, str]]:
    """The form as a careful person fills it in."""

    def fill(**changes: str) -> dict[str, str]:
        return {
            "token": tokens.for_form(petition.slug),
            "name": "Tess Morland",
            "email": "tess@example.org",
            "country": "GB",
        } | changes

    return fill


def tess(**changes: Any) -> Person:
    facts: dict[str, Any] = {
        "name": "Tess Morland",
        "email": "tess@example.org",
        "country": "GB",
        "language": "en",
        "wants_news": False,
    }
    return Person(**(facts | changes))
