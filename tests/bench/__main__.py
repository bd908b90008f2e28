"""`make bench`: every figure, as a ratio to a baseline of the same run.

`ONLY="name name"` runs some. Prints a table, writes `var/bench.json`
(`name → {value, unit, baseline, ratio, goal, ok}`) and the rows of docs/performance.md.
"""

import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from campaign.local.services import Postgres, Valkey
from tests.bench import table

NAMES = (
    "intake",
    "desk",
    "suggestions",
    "claims",
    "live",
    "tabs",
    "approve",
    "hold",
    "burst",
    "upload",
    "reports",
    "sign",
    "redirect",
    "page",
    "mails",
    "count",
    "uploads",
    "processing",
    "shelf",
    "old_tweets",
)
#: Too large for every time: they run when they are named.
LARGE = {"old_tweets"}
RESULT = Path(__file__).resolve().parents[2] / "var" / "bench.json"


def main() -> int:
    only = os.environ.get("ONLY", "").split()
    if unknown := set(only) - set(NAMES):
        sys.stderr.write(f"There is no figure {unknown}. Known: {', '.join(NAMES)}.\n")
        return 2
    results: dict[str, dict[str, Any]] = {}
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder,
        Postgres(Path(folder) / "postgres") as postgres,
        Valkey(Path(folder) / "valkey") as valkey,
    ):
        _prepare(postgres.url, valkey.url, Path(folder))
        for name in NAMES:
            if name in only or not (only or name in LARGE):
                results[name] = import_module(f"tests.bench.{name}").run()
                _print(name, results[name])
                _keep({name: results[name]}, load=load)
    return 0 if all(result["ok"] for result in results.values()) else 1


def _prepare(database_url: str, redis_url: str, folder: Path) -> None:
    """Durable servers, production's settings, an empty database."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "campaign.settings",
        "SECRET_KEY": "only-for-figures-only-for-figures-only",
        "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "EMAIL_HMAC_KEYS": "only-for-tests-only-for-tests-only-for-tests",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "testserver",
        "DATA_DIR": str(folder),
        "EMAIL_URL": "dummy://",
        "LOG_LEVEL": "WARNING",
    }
    import django  # noqa: PLC0415  reads the environment
    from django.core.management import call_command  # noqa: PLC0415

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def _print(name: str, result: dict[str, Any]) -> None:
    mark = "ok  " if result["ok"] else "MISS"
    measured = f"{result['value']} {result['unit']}"
    against = f"baseline {result['baseline']}, ratio {result['ratio']}"
    sys.stdout.write(f"{mark} {name:<10} {measured:<28} {against:<36} goal {result['goal']}\n")
    sys.stdout.flush()


def _keep(results: dict[str, dict[str, Any]], *, load: float) -> None:
    """As soon as it is measured; figures of other names stay as they were measured last."""
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(known | results, indent=2, ensure_ascii=False) + "\n")
    table.update(results, names=NAMES, load=load)


if __name__ == "__main__":
    sys.exit(main())
