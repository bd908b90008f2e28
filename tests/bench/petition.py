"""The petition under load, every process real: signing, the tracked link, the public page.

Each visitor has an address of their own, told by a proxy's header, so that limits do what they do.
`SECONDS=60` for the long form.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from campaign.models import Campaign
from petitions.models import Petition, PetitionText
from tests.bench import load
from tests.bench.load import Load, Request

ROOT = Path(__file__).resolve().parents[2]
SECONDS = float(os.environ.get("SECONDS", "8"))
WARM = 3
TURNS = 4
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"


@contextmanager
def serving(application: str) -> Iterator[int]:
    """The port of an own uvicorn with two workers, as on a machine with two cores."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--workers", "2"]
    quiet = ["--no-access-log", "--log-level", "warning"]
    trust = ["--proxy-headers", "--forwarded-allow-ips", "127.0.0.1"]
    process = subprocess.Popen([*command, *quiet, *trust], cwd=ROOT)
    try:
        for _ in range(600):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
                break
            if process.poll() is not None:
                raise RuntimeError(f"{application} did not start")
            time.sleep(0.1)
        time.sleep(2)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def petition() -> Petition:
    campaign, _ = Campaign.objects.get_or_create(slug="bench-petition", name="Bench", hashtag="B")
    found, _ = Petition.objects.get_or_create(
        slug="bench", defaults={"campaign": campaign, "opens_at": timezone.now()}
    )
    PetitionText.objects.get_or_create(
        petition=found,
        language="en",
        defaults={
            "title": "Bench", "summary": "A petition.", "addressee": "To all.",
            "body": "Please. " * 99,
        },
    )  # fmt: skip
    return found


def visitor(number: int) -> str:
    """An address for each number, every one in a neighbourhood of its own: nobody is a crowd."""
    return f"{1 + number % 220}.{number >> 14 & 255}.{number >> 6 & 255}.{number & 255}"


def post(path: str, body: str, *, number: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: testserver\r\nUser-Agent: {AGENT}\r\n"
        f"X-Forwarded-For: {visitor(number)}\r\nX-Forwarded-Proto: http\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def get(path: str, *, number: int = 0) -> bytes:
    return (
        f"GET {path} HTTP/1.1\r\nHost: testserver\r\nUser-Agent: {AGENT}\r\n"
        f"X-Forwarded-For: {visitor(number)}\r\nAccept-Encoding: gzip\r\n\r\n"
    ).encode()


def result(value: Load, baseline: Load, *, goal: str, ok: bool, more: str = "") -> dict[str, Any]:
    return {
        "value": round(value.rate),
        "unit": f"/s, p95 {value.p95 * 1000:.0f} ms{more}",
        "baseline": f"{baseline.rate:.0f}/s (one INSERT)",
        "ratio": round(value.rate / baseline.rate, 2) if baseline.rate else 0,
        "goal": goal,
        "ok": ok,
    }


class Pair(NamedTuple):
    """The newsroom and the bare view, at these ports."""

    newsroom: int
    bare: int

    def run(self, request: Request) -> tuple[Load, Load]:
        """The newsroom for so long, the bare view half as long, in turns: a machine that is slow
        for a while is slow for both."""
        value, baseline = Load(), Load()
        for _ in range(TURNS):
            baseline.add(load.run(self.bare, _insert, seconds=SECONDS / TURNS / 2))
            sent = len(value.times)
            value.add(load.run(self.newsroom, lambda n: request(sent + n), seconds=SECONDS / TURNS))  # noqa: B023  run now
        return value, baseline


@contextmanager
def beside_bare(*, first: Request) -> Iterator[Pair]:
    """Both are served and warm: every thread has its connection, by requests like this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS bench_bare "
            "(id bigserial PRIMARY KEY, email text, name text)"
        )
    with (
        serving("campaign.asgi:application") as newsroom,
        serving("tests.bench.bare:application") as bare,
    ):
        load.run(bare, _insert, seconds=WARM)
        load.run(newsroom, lambda n: first(10**7 + n), seconds=WARM)
        yield Pair(newsroom, bare)


def _insert(number: int) -> bytes:
    return post("/insert", "email=tess%40example.org&name=Tess+Morland", number=number)
