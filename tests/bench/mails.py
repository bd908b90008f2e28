"""Confirmation mails a minute, by one worker, over SMTP to a server on this machine.

The baseline is the same number of ready mails over one connection, with no database behind them.
"""

import multiprocessing
import socket
import time
from typing import Any

from django.core.mail import EmailMessage, get_connection
from django.test import override_settings

from petitions.actions import mail, signing
from petitions.actions.signing import Person
from petitions.models import Signature
from tests.bench import drain
from tests.bench.petition import petition

MAILS = 400
GOAL = 2_000


def run() -> dict[str, Any]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    server = multiprocessing.get_context("spawn").Process(
        target=drain.serve, args=(port,), daemon=True
    )
    server.start()
    for _ in range(100):
        time.sleep(0.1)
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                break
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        began = time.perf_counter()
        with get_connection() as connection:
            for n in range(MAILS):
                EmailMessage(
                    "Bench", "x" * 600, to=[f"t{n}@mail.example"], connection=connection
                ).send()
        bare = 60 * MAILS / (time.perf_counter() - began)
        signed = petition()
        Signature.objects.filter(petition=signed).update(mail_due=False)
        for n in range(MAILS):
            person = Person(
                name="Tess", email=f"m{n}-{time.time_ns()}@mail.example", country="GB",
                language="en", wants_news=False,
            )  # fmt: skip
            signing.sign(signed, person=person, link=None)
        began = time.perf_counter()
        mail.send_owed()
        rate = 60 * MAILS / (time.perf_counter() - began)
    server.terminate()
    left = Signature.objects.filter(petition=signed, mail_due=True).count()
    return {
        "value": round(rate),
        "unit": f"mails a minute, {left} left",
        "baseline": f"{bare:.0f} a minute (SMTP alone)",
        "ratio": round(rate / bare, 2),
        "goal": f"≥ {GOAL:,} a minute",
        "ok": rate >= GOAL and left == 0,
    }
