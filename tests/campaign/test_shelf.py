import asyncio
import gzip
from typing import Any

import pytest

from campaign import shelf as shelves
from campaign.shelf import Lasting, Shelf

CACHED = "public, max-age=4, stale-while-revalidate=3, stale-if-error=86400"


class Site:
    """An application that counts how often it is asked, and can break."""

    def __init__(self, cache: str = CACHED) -> None:
        self.asked: list[dict[str, Any]] = []
        self.status = 200
        self.cache = cache

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope)
        await asyncio.sleep(0.01)
        headers = [(b"Cache-Control", self.cache.encode()), (b"Set-Cookie", b"a=b")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"page " * 100})


def scope(path: str = "/p/share/", query: str = "", **headers: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "scheme": "https",
        "headers": [(name.replace("_", "-").encode(), v.encode()) for name, v in headers.items()],
    }


async def ask(shelf: Shelf, asked: dict[str, Any]) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await shelf(asked, None, send)  # type: ignore[arg-type]
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


def on(site: Site) -> Shelf:
    return Shelf(site, paths=["/p/"], query=["l", "lang"])


def test_a_page_is_made_once_for_a_crowd() -> None:
    site = Site()

    async def crowd() -> list[Any]:
        shelf = on(site)
        first = await asyncio.gather(*(ask(shelf, scope()) for _ in range(50)))
        return [*first, await ask(shelf, scope(query="fbclid=1"))]

    answers = asyncio.run(crowd())

    assert {(status, body) for status, _, body in answers} == {(200, b"page " * 100)}
    assert len(site.asked) == 1


def test_a_page_is_asked_for_as_nobody_and_sets_no_cookie() -> None:
    site = Site()

    _, headers, _ = asyncio.run(ask(on(site), scope(cookie="sessionid=1", accept_language="ar")))

    assert dict(site.asked[0]["headers"]) == {b"accept-language": b"ar"}
    assert b"set-cookie" not in headers


def test_a_page_is_sent_small_to_who_can_read_it() -> None:
    site = Site()

    _, headers, body = asyncio.run(ask(on(site), scope(accept_encoding="gzip, br")))

    assert (headers[b"content-encoding"], headers[b"vary"]) == (b"gzip", b"Accept-Encoding")
    assert gzip.decompress(body) == b"page " * 100


@pytest.mark.parametrize("other", [scope(query="lang=ar"), scope(accept_language="ar")])
def test_languages_are_kept_apart(other: dict[str, Any]) -> None:
    site = Site()

    async def both() -> None:
        shelf = on(site)
        await ask(shelf, scope())
        await ask(shelf, other)

    asyncio.run(both())

    assert len(site.asked) == 2


def test_an_old_page_is_shown_while_we_are_away(monkeypatch: pytest.MonkeyPatch) -> None:
    site, now = Site(), [0.0]
    monkeypatch.setattr(shelves, "_now", lambda: now[0])

    async def outage() -> list[int]:
        shelf = on(site)
        statuses = [(await ask(shelf, scope()))[0]]
        site.status = 503
        for age in (3_600.0, 80_000.0, 90_000.0):
            now[0] = age
            statuses.append((await ask(shelf, scope()))[0])
        return statuses

    assert asyncio.run(outage()) == [200, 200, 200, 503]


def test_what_is_not_public_is_never_kept() -> None:
    site = Site(cache="no-store")

    async def twice() -> None:
        shelf = on(site)
        await ask(shelf, scope())
        await ask(shelf, scope())

    asyncio.run(twice())

    assert len(site.asked) == 2


@pytest.mark.parametrize(
    ("header", "lasting"),
    [
        (CACHED, Lasting(4, 3, 86_400)),
        ("public, max-age=60", Lasting(60, 0, 0)),
        ("private, max-age=60", None),
        ("public", None),
        ("", None),
    ],
)
def test_lasting_reads_what_a_page_says(header: str, lasting: Lasting | None) -> None:
    assert Lasting.read(header) == lasting
