"""`make bench`: every figure, as a ratio to a baseline of the same run.

`ONLY="name name"` runs some. Prints a table, writes `var/bench.json`
(`name → {value, unit, baseline, ratio, goal, ok}`) and the rows of docs/performance.md.
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
from cryptography.fernet import Fernet
from redis import Redis

from campaign.env import BASE_DIR
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
RESULT = BASE_DIR / "var" / "bench.json"


def main() -> int:
    only = os.environ.get("ONLY", "").split()
    if unknown := set(only) - set(NAMES):
        sys.stderr.write(f"There is no figure {unknown}. Known: {', '.join(NAMES)}.\n")
        return 2
    results: dict[str, dict[str, Any]] = {}
    wanted = [name for name in NAMES if name in only or not (only or name in LARGE)]
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory(prefix="newsroom-bench-") as folder,
        Postgres(Path(folder) / "postgres") as postgres,
        Valkey(Path(folder) / "valkey") as valkey,
    ):
        _prepare(postgres.url, valkey.url, Path(folder))
        for name in wanted:
            found = _measure(name, postgres=postgres.url, folder=Path(folder))
            if found is not None:
                results[name] = found
                _print(name, found)
                _keep({name: found}, load=load)
    all_good = all(result["ok"] for result in results.values())
    return 0 if all_good and len(results) == len(wanted) else 1


def _prepare(database_url: str, redis_url: str, folder: Path) -> None:
    """Durable servers, production's settings, a database of which each figure gets a copy."""
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
    for command in (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=BASE_DIR, check=True)


def _measure(name: str, *, postgres: str, folder: Path) -> dict[str, Any] | None:
    """In a process and a database of its own, so that no figure slows or disturbs another.

    None, with the reason on the screen, when it could not be measured.
    """
    server, _, template = postgres.rpartition("/")
    own = f"bench_{name}"
    with closing(psycopg2.connect(f"{server}/postgres")) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {own} TEMPLATE {template}")
    Redis.from_url(os.environ["REDIS_URL"]).flushall()
    found = folder / f"{name}.json"
    command = [sys.executable, "-m", "tests.bench.one", name, str(found)]
    settings = os.environ | {"DATABASE_URL": f"{server}/{own}"}
    if subprocess.run(command, cwd=BASE_DIR, env=settings, check=False).returncode:
        sys.stderr.write(f"{name} could not be measured; see above.\n")
        return None
    result: dict[str, Any] = json.loads(found.read_text())
    return result


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
