from collections.abc import Iterator
from typing import Any

import pytest
from django.test import RequestFactory

from campaign import doctor, visitors


@pytest.fixture(autouse=True)
def _nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitors, "_told_at", -visitors.QUIET)


def asked(came_from: str, forwarded: str = "") -> str:
    facts: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return visitors.address(RequestFactory().get("/p/now/", REMOTE_ADDR=came_from, **facts))


def findings() -> list[str]:
    found: Iterator[doctor.Finding] = doctor.visitors_are_told_apart()
    return [f"{one.level}: {one.what}" for one in found]


def test_proxy_that_is_not_trusted_is_logged_once_and_told_by_the_doctor(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert asked("172.18.0.1", "203.0.113.5") == "172.18.0.1"
    assert asked("172.18.0.1", "203.0.113.6") == "172.18.0.1"

    assert [record.getMessage() for record in caplog.records] == [
        "all visitors count as 172.18.0.1: FORWARDED_ALLOW_IPS does not name that proxy"
    ]
    assert findings() == [
        "mend: Visitors come by a proxy at 172.18.0.1 that is not trusted: all count as one."
    ]


@pytest.mark.parametrize(
    ("came_from", "forwarded"),
    [
        ("203.0.113.5", "203.0.113.5"),  # uvicorn trusts the proxy
        ("10.1.2.3", "10.1.2.3, 10.0.0.7"),  # a visitor within our own walls, by a trusted proxy
        ("8.8.8.8", "1.1.1.1"),  # anybody may send the header
        ("127.0.0.1", ""),  # no proxy
        ("", "1.1.1.1"),  # a socket
    ],
)
def test_visitors_of_a_trusted_proxy_or_of_none_are_their_own(
    came_from: str, forwarded: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert asked(came_from, forwarded) == came_from
    assert (caplog.records, findings()) == ([], [])
