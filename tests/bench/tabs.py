"""Five hundred tabs of one web process: how long news takes to all of them, and what one costs.

A piece of news starts when it is announced and has arrived when a tab has read its frame. Its
baseline is a bare reader of the same Redis stream in the same run: the same way without the web
process. Both begin when the demo's films are prepared: FFmpeg would take both cores.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

import psycopg2
import requests
import uvloop
from redis import Redis

from campaign.live import STREAM
from tests.bench.figures import p50, p95
from tests.bench.live import sign_in
from tests.process.helpers import wait_until
from tests.running import Run, running_newsroom

TABS = 500
PIECES = 100
A_SECOND = 10
GOAL = 0.150
FILMS = 300.0


def run() -> dict[str, Any]:
    with running_newsroom() as newsroom:
        session = sign_in(newsroom, "maya")
        if not wait_until(lambda: _films_are_ready(newsroom), seconds=FILMS):
            raise RuntimeError("the demo's films were not prepared in time")
        return uvloop.run(_measure(newsroom, session))


def _films_are_ready(newsroom: Run) -> bool:
    with psycopg2.connect(newsroom.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE status IN ('received', 'processing'))"
            " FROM videos_clip"
        )
        there, in_the_works = cursor.fetchone() or (0, 0)
    return bool(there) and not in_the_works


async def _measure(newsroom: Run, session: requests.Session) -> dict[str, Any]:
    before = _memory(newsroom)
    arrived: list[dict[str, float]] = [{} for _ in range(TABS)]
    tabs = [asyncio.create_task(_tab(newsroom, session, sink)) for sink in arrived]
    await asyncio.sleep(8)
    each = (_memory(newsroom) - before) / TABS
    redis = Redis.from_url(newsroom.environment["REDIS_URL"])
    bare: dict[str, float] = {}
    reader = asyncio.create_task(asyncio.to_thread(_bare, newsroom, bare))
    await asyncio.sleep(0.5)
    sent = await _announce(redis)
    await asyncio.sleep(3)
    for tab in tabs:
        tab.cancel()
    await asyncio.gather(*tabs, reader, return_exceptions=True)
    delays = [sink[one] - at for sink in arrived for one, at in sent.items() if one in sink]
    plain = [bare[one] - at for one, at in sent.items() if one in bare]
    value, baseline = p95(delays), p95(plain)
    heard = len(delays)
    return {
        "value": round(value * 1000),
        "unit": f"ms p95 (median {p50(delays) * 1000:.0f}), {each / 1024:.0f} KiB a tab, "
        f"{heard:,} of {TABS * PIECES:,} heard",
        "baseline": f"{baseline * 1000:.1f} ms",
        "ratio": round(value / baseline, 1) if baseline else 0,
        "goal": f"≤ {GOAL * 1000:.0f} ms with {TABS} tabs, none missed",
        "ok": value <= GOAL and heard == TABS * PIECES,
    }


async def _tab(newsroom: Run, session: requests.Session, sink: dict[str, float]) -> None:
    """One tab, on a bare socket: what the measuring costs is to be small."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(newsroom.port))
    cookies = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    writer.write(
        f"GET /events?campaign=iwelcome HTTP/1.1\r\nHost: 127.0.0.1:{newsroom.port}\r\n"
        f"Cookie: {cookies}\r\n\r\n".encode()
    )
    try:
        while line := await reader.readline():
            if line.startswith(b'data: {"ids": ["bench-'):
                sink.setdefault(line.split(b'"')[3].decode(), time.monotonic())
    finally:
        writer.close()


async def _announce(redis: Redis) -> dict[str, float]:
    """Each piece of news with the moment it was announced."""
    newest: Any = redis.xrevrange(STREAM, count=1)
    campaign = int(newest[0][1][b"campaign"])
    sent: dict[str, float] = {}
    for number in range(PIECES):
        name = f"bench-{number}"
        data = f'{{"ids": ["{name}"]}}'
        sent[name] = time.monotonic()
        fields: dict[Any, Any] = {"kind": "bench", "campaign": campaign, "place": 0, "data": data}
        redis.xadd(STREAM, fields)
        await asyncio.sleep(1 / A_SECOND)
    return sent


def _bare(newsroom: Run, sink: dict[str, float]) -> None:
    redis = Redis.from_url(newsroom.environment["REDIS_URL"])
    last: Any = "$"
    while len(sink) < PIECES:
        answer: Any = redis.xread({STREAM: last}, block=3000, count=10)
        if not answer:
            return
        for entry, fields in answer[0][1]:
            last = entry
            if fields[b"kind"] == b"bench":
                sink[fields[b"data"].split(b'"')[3].decode()] = time.monotonic()


def _memory(newsroom: Run) -> int:
    """Bytes that the web process holds, by the port it listens on."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        words = process.read_text().replace("\0", " ")
        if "uvicorn" in words and str(newsroom.port) in words:
            status = (process.parent / "status").read_text()
            return int(status.partition("VmRSS:")[2].split()[0]) * 1024
    raise RuntimeError("no web process was found")
