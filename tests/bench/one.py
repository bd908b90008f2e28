"""`python -m tests.bench.one NAME FILE`: measures one figure, and writes it to the file as JSON."""

import json
import sys
from importlib import import_module
from pathlib import Path

import django


def main(name: str, file: str) -> None:
    django.setup()
    found = import_module(f"tests.bench.{name}").run()
    Path(file).write_text(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
