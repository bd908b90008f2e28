"""`make chaos [SEED=…] [SECONDS=…] [REPLIES=…]`: writes `var/chaos.json`; fails if a promise broke.

Only this machine is touched, and the time is bounded. The seed draws the plan of the trouble and is
printed; the same seed makes the same plan again (what each blow hits still depends on the moment).
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from random import SystemRandom
from typing import Any

import django
from cryptography.fernet import Fernet

from campaign.env import BASE_DIR
from tests.chaos.house import House

RESULT = Path(os.environ.get("RESULT") or BASE_DIR / "var" / "chaos.json")
BEGAN = time.monotonic()
SETTLING = 90.0
ROUNDS = 6


def main() -> int:
    seed = int(os.environ.get("SEED") or SystemRandom().randrange(1_000_000))
    seconds = float(os.environ.get("SECONDS") or 240)
    replies = int(os.environ.get("REPLIES") or 300)
    _say(f"Chaos with SEED={seed} SECONDS={seconds:.0f} REPLIES={replies}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="newsroom-chaos-") as folder:
        house = House(Path(folder))
        try:
            house.start_servers()
            _prepare(house, Path(folder))
            from tests.sandbox.server import running_sandbox  # noqa: PLC0415  Django first

            with running_sandbox(forgiving=True, requests_kept=100_000, heartbeat=0.5) as sandbox:
                os.environ |= {"X_API_URL": sandbox.base_url, "X_STREAM_URL": sandbox.base_url}
                django.conf.settings.X_API_URL = sandbox.base_url
                result = _run(house, sandbox, seed=seed, seconds=seconds, replies=replies)
            if not result["ok"]:
                house.keep_log(RESULT.with_suffix(".log"))
        finally:
            house.close()
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    _say(json.dumps(result, indent=2, ensure_ascii=False))
    return 0 if result["ok"] else 1


def _prepare(house: House, folder: Path) -> None:
    """Durable servers, an empty database."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "campaign.settings",
        "SECRET_KEY": "only-for-chaos-only-for-chaos-only-for",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "EMAIL_HMAC_KEYS": "only-for-chaos-only-for-chaos-only-for",
        "DATABASE_URL": house.postgres.url,
        "REDIS_URL": house.valkey.url,
        "DEBUG": "0",
        "PUBLIC_URL": "http://testserver",
        "DATA_DIR": str(folder / "data"),
        "EMAIL_URL": "dummy://",
        "LOG_LEVEL": "WARNING",
    }
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  Django first

    call_command("migrate", verbosity=0)


def _run(house: House, sandbox: Any, *, seed: int, seconds: float, replies: int) -> dict[str, Any]:
    from tests.chaos import hurried, lane, ledger, monkey  # noqa: PLC0415  Django first
    from tests.chaos.cast import Cast  # noqa: PLC0415
    from tests.chaos.plan import plan  # noqa: PLC0415

    hurried.hurry()
    cast = Cast(sandbox, replies=replies)
    hands = monkey.Monkey(cast, house, sandbox)
    hands.lift_limits()
    house.start_processes()
    spent = {"to_start": round(time.monotonic() - BEGAN, 1)}
    hands.run(plan(seed, seconds=seconds), seconds=seconds)
    hands.calm()
    books = ledger.Books()
    lane.settle(hands, seconds=SETTLING)
    ledger.check_problems(sandbox, books)
    for turn in range(ROUNDS):
        if not lane.resolve(hands, turn=turn):
            break
        lane.settle(hands, seconds=SETTLING)
    spent["to_settle"] = round(time.monotonic() - BEGAN - sum(spent.values()) - seconds, 1)
    ledger.compare(sandbox, hands.promises, books)
    approved = replies - books.counts["draft"]
    arrived = books.counts["posted"] + books.counts["removed"]
    return {
        "seed": seed,
        "approved": approved,
        "refused_at_approval": books.counts["draft"],
        "posted": books.counts["posted"],
        "removed": books.counts["removed"],
        "cancelled": books.counts["cancelled"],
        "problems": books.counts["problems"],
        "causes": dict(books.causes),
        "duplicates": len(books.duplicates),
        "unapproved": len(books.unapproved),
        "lost": len(books.lost),
        "untrue": len(books.untrue),
        # Where next to nothing gets through, nothing is proved.
        "ok": books.clean and 3 * arrived >= approved,
        "kills": house.kills,
        "trouble": hands.done,
        "seconds": {"in_all": round(time.monotonic() - BEGAN, 1), **spent},
        "held_back": hands.held_back(),
        "findings": [*books.duplicates, *books.unapproved, *books.lost, *books.untrue][:50],
    }


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
