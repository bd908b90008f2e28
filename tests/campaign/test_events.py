"""One tab's event stream, spoken to as a web server would."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction
from django.test import Client
from redis import Redis

from campaign import events, live
from campaign.models import User
from tests import factories
from tests.process.helpers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """A fake server around `events.application`: gathers what the tab is sent."""

    def __init__(self, user: User | None, *, campaign: str = "", after: str = "") -> None:
        headers = [(b"last-event-id", after.encode())] if after else []
        if user is not None:
            client = Client()
            client.force_login(user)
            headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
        self.scope: dict[str, Any] = {
            "type": "http",
            "path": "/events",
            "query_string": f"campaign={campaign}".encode(),
            "headers": headers,
        }
        self.status = 0
        self.body = b""
        self.changed = asyncio.Event()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")
        self.changed.set()

    async def until(self, text: bytes) -> None:
        async with asyncio.timeout(5):
            while text not in self.body:
                self.changed.clear()
                await self.changed.wait()


def listen(listener: Listener, during: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        events.hub.__init__()  # type: ignore[misc]  # a fresh one for this event loop
        task = asyncio.create_task(
            events.application(listener.scope, listener.receive, listener.send)
        )
        try:
            await during()
        finally:
            listener.gone.set()
            await task
            for tab in list(events.hub.tabs):
                events.hub.leave(tab)
            if events.hub.task is not None:
                events.hub.task.cancel()
            if events.hub.redis is not None:
                await events.hub.redis.aclose()
            await sync_to_async(connections.close_all)()

    asyncio.run(run())


def in_thread(work: Callable[[], None]) -> Awaitable[None]:
    def and_let_go() -> None:
        try:
            work()
        finally:
            connections.close_all()

    return asyncio.to_thread(and_let_go)


def test_tab_hears_its_own_campaign_only() -> None:
    ours, theirs = factories.CampaignFactory(slug="ours"), factories.CampaignFactory()
    listener = Listener(factories.editor(ours), campaign="ours")

    def speak() -> None:
        live.announce("mention", campaign=theirs, ids=[1])
        live.announce("mention", campaign=ours, ids=[2])

    async def during() -> None:
        await listener.until(b"welcome")
        await in_thread(speak)
        await listener.until(b'data: {"ids": ["2"]}')

    listen(listener, during)
    assert listener.status == 200
    assert b'"1"' not in listener.body


def test_tab_hears_each_piece_of_news_once() -> None:
    campaign = factories.CampaignFactory()
    listener = Listener(factories.editor(campaign))

    async def scenario() -> None:
        await listener.until(b": welcome")
        for number in (1, 2, 3):
            await in_thread(partial(live.announce, "clip", campaign=campaign, ids=[number]))
            await listener.until(b'"ids": ["%d"]' % number)
        await asyncio.sleep(0.2)

    listen(listener, scenario)

    assert listener.body.count(b"event: clip") == 3


def test_tab_that_comes_back_gets_what_it_missed() -> None:
    campaign = factories.CampaignFactory(slug="ours")
    for number in (1, 2, 3):
        live.announce("reply", campaign=campaign, ids=[number])
    entries: Any = live.connection().xrange(live.STREAM)
    listener = Listener(factories.editor(campaign), campaign="ours", after=entries[0][0].decode())
    listen(listener, lambda: listener.until(b'["3"]'))
    frames = [line for line in listener.body.split(b"\n") if line.startswith(b"data")]
    assert frames == [b'data: {"ids": ["2"]}', b'data: {"ids": ["3"]}']


@pytest.mark.parametrize("how", ["trimmed", "emptied", "set back"])
def test_tab_that_missed_what_is_kept_no_more_is_told_to_fetch_anew(how: str) -> None:
    campaign = factories.CampaignFactory(slug="ours")
    for number in (1, 2, 3):
        live.announce("reply", campaign=campaign, ids=[number])
    entries: Any = live.connection().xrange(live.STREAM)
    after = entries[0][0].decode()
    if how == "trimmed":
        live.connection().xtrim(live.STREAM, maxlen=1, approximate=False)
    elif how == "emptied":
        live.connection().delete(live.STREAM)
    else:
        after = f"{int(after.partition('-')[0]) + 10_000}-0"
    listener = Listener(factories.editor(campaign), campaign="ours", after=after)

    async def during() -> None:
        await listener.until(b"event: resync")
        await in_thread(partial(live.announce, "reply", campaign=campaign, ids=[4]))
        await listener.until(b'["4"]')

    listen(listener, during)
    assert b'["3"]' not in listener.body


def test_crew_hear_their_own_place_only() -> None:
    kakuma, shatila = factories.PlaceFactory(), factories.PlaceFactory()
    campaign = factories.CampaignFactory()
    live.announce("clip", campaign=campaign, ids=["first"], place=kakuma.pk)
    entries: Any = live.connection().xrange(live.STREAM)
    live.announce("clip", campaign=campaign, ids=["other"], place=shatila.pk)
    live.announce("mention", campaign=campaign, ids=["newsroom"])
    live.announce("clip", campaign=campaign, ids=["own"], place=kakuma.pk)
    listener = Listener(factories.crew(kakuma), after=entries[0][0].decode())
    listen(listener, lambda: listener.until(b'["own"]'))
    assert b"other" not in listener.body
    assert b"newsroom" not in listener.body


@pytest.mark.parametrize("who", ["nobody", "stranger"])
def test_refuses_who_belongs_to_no_campaign(who: str) -> None:
    factories.CampaignFactory(slug="ours")
    charlie = factories.editor() if who == "stranger" else None
    listener = Listener(charlie, campaign="ours")
    listen(listener, lambda: listener.until(b"Sign in"))
    assert listener.status == 403


def test_announce_waits_for_the_commit() -> None:
    campaign = factories.CampaignFactory()
    with transaction.atomic():
        live.announce("mention", campaign=campaign)
        assert live.connection().xlen(live.STREAM) == 0
    assert live.connection().xlen(live.STREAM) == 1


def test_announce_survives_a_lost_redis(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    monkeypatch.setattr(live, "_redis", Redis(port=1, socket_connect_timeout=0.1))
    live.announce("mention", campaign=1)
    assert "news of mention not delivered" in caplog.text


def test_tab_that_does_not_read_is_ended() -> None:
    async def run() -> None:
        tab = events.Tab(events.Audience(campaigns=frozenset({1})))
        for number in range(events.QUEUE_LIMIT + 1):
            tab.offer(events.News(f"{number}-0", "mention", 1, 0, b""))
        assert tab.queue.get_nowait() is None

    asyncio.run(run())


def test_tab_of_somebody_who_was_left_out_is_hung_up() -> None:
    campaign = factories.CampaignFactory()
    ana, ben = factories.editor(campaign), factories.editor(campaign)
    listener = Listener(ana)

    async def leave(person: User) -> None:
        await in_thread(partial(live.announce, live.LEFT, campaign=campaign, ids=[person.pk]))

    async def scenario() -> None:
        await listener.until(b": welcome")
        await leave(ben)
        await listener.until(b"event: left")
        assert len(events.hub.tabs) == 1
        await leave(ana)
        assert await asyncio.to_thread(wait_until, lambda: not events.hub.tabs)

    listen(listener, scenario)
