import signal
import sys
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.intake import listening, replay
from campaign.models import Account


class Command(BaseCommand):
    help = "Listen to the public: hold each account's stream, or replay a file of posts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", default="", metavar="HANDLE", help="this account only")
        parser.add_argument(
            "--replay",
            metavar="FILE",
            help="take the posts of this file instead (X v2 payloads, one a line; - for standard "
            "input), then end",
        )
        parser.add_argument(
            "--rate", type=float, default=0.0, metavar="N", help="replay N posts a second"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if options["replay"]:
            self._replay(options["replay"], options["account"], rate=options["rate"], stop=stop)
        else:
            listening.listen(handle=options["account"], stop=stop)

    def _replay(self, name: str, handle: str, *, rate: float, stop: Event) -> None:
        if rate < 0:
            raise CommandError("--rate is a number of posts a second, 0 for as fast as possible.")
        account = self._account(handle)
        if name == "-":
            self._run(sys.stdin.buffer, account, rate=rate, stop=stop)
            return
        try:
            with Path(name).open("rb") as file:
                self._run(file, account, rate=rate, stop=stop)
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}.") from error

    def _run(self, file: BinaryIO, account: Account, *, rate: float, stop: Event) -> None:
        tally = replay.replay(file, account=account, rate=rate, stop=stop)
        self.stdout.write(f"Replayed for {account}: {tally}.")

    def _account(self, handle: str) -> Account:
        wanted = Account.objects.select_related("campaign")
        if handle:
            wanted = wanted.filter(handle__iexact=handle.removeprefix("@"))
        found = list(wanted[:2])
        if len(found) == 1:
            return found[0]
        known = ", ".join(str(account) for account in Account.objects.all()) or "none yet"
        problem = "Say which account with --account HANDLE" if found else "There is no such account"
        raise CommandError(f"{problem}. Known: {known}.")
