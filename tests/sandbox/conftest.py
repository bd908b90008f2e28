"""A sandbox for each module, its moods reset after each test, and people who may call it."""

from collections.abc import Iterator

import pytest

from campaign.sandbox.credentials import CAMPAIGN, SECOND
from tests.sandbox.clients import Client
from tests.sandbox.films import film
from tests.sandbox.server import Sandbox, running_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with running_sandbox(heartbeat=0.15, smtp=True) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    yield running
    running.clear_faults()
    running.ahead(0)
    running.control("DELETE", "/_limits")


@pytest.fixture
def account(sandbox: Sandbox) -> Iterator[Client]:
    """The campaign's account, in user context."""
    with Client(sandbox, CAMPAIGN["credentials"]) as client:
        yield client


@pytest.fixture
def app(sandbox: Sandbox) -> Iterator[Client]:
    """The campaign's app, with its Bearer token."""
    with Client(sandbox, CAMPAIGN["credentials"], bearer=True) as client:
        yield client


@pytest.fixture
def other_account(sandbox: Sandbox) -> Iterator[Client]:
    with Client(sandbox, SECOND["credentials"]) as client:
        yield client


@pytest.fixture(scope="session")
def clip() -> bytes:
    return film(seconds=1)
