"""`manage.py sandbox`: a stand-in for X on this machine."""

import socket
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from campaign.sandbox import server
from campaign.sandbox.app import LOOPBACK
from campaign.sandbox.state import Settings


class Command(BaseCommand):
    """Serves until it is stopped. Only for development: DEBUG must be on."""

    help = "Run a stand-in for X, with public pages and a mail catcher, on this machine only."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--smtp-port", type=int, default=8002)

    def handle(self, *_: Any, port: int, smtp_port: int, **__: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The sandbox is a stand-in for X with known passwords: it runs only where DEBUG is "
                "on. On a real site set X_API_URL to https://api.x.com and leave it out."
            )
        with _bound(port, "--port") as sock, _bound(smtp_port, "--smtp-port") as smtp:
            wanted = Settings(
                path=settings.DATA_DIR / "sandbox" / "sandbox.sqlite3", smtp=smtp, seed=True
            )
            self.stdout.write(f"Sandbox timeline on http://{LOOPBACK}:{port}")
            self.stdout.write(f"Mail catcher on smtp://{LOOPBACK}:{smtp_port}, read at /mail")
            server.Server(wanted).run(sockets=[sock])


def _bound(port: int, option: str) -> socket.socket:
    try:
        return server.listening_socket(port)
    except OSError as error:
        raise CommandError(
            f"Port {port} is taken ({error.strerror}). Stop what uses it, or give {option}."
        ) from error
