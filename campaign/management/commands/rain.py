"""`manage.py rain`: many people tweet in the sandbox at once."""

import time
from argparse import ArgumentParser
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

CONNECT_AND_READ = (3, 10)


class Command(BaseCommand):
    """Asks a running sandbox for rain, and waits until it has fallen."""

    help = "Let N tweets a second fall in the sandbox."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rate", type=float, default=5, help="tweets a second")
        parser.add_argument("--seconds", type=float, default=60)
        parser.add_argument("--sandbox", default=settings.X_API_URL, help="its address")

    def handle(self, *_: Any, rate: float, seconds: float, sandbox: str, **__: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Rain is for the sandbox, which runs only where DEBUG is on.")
        address = f"{sandbox.rstrip('/')}/_rain"
        try:
            answer = requests.post(
                address, json={"rate": rate, "seconds": seconds}, timeout=CONNECT_AND_READ
            )
        except requests.RequestException as error:
            raise CommandError(f"No sandbox answers at {sandbox}. Start it first.") from error
        if not answer.ok:
            raise CommandError(f"The sandbox refused: {answer.text}")
        self.stdout.write(f"{answer.json()['wanted']} tweets are on their way.")
        try:
            time.sleep(seconds)
        except KeyboardInterrupt:
            requests.delete(address, timeout=CONNECT_AND_READ)
            self.stdout.write("Stopped.")
