"""`manage.py verify_audit [--head NUMBER:HASH]`: whether the audit log's chain still holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign import audit


class Command(BaseCommand):
    help = (
        "Checks that no sealed entry of the audit log was changed, taken out or put in. A head "
        "noted earlier (each sealing logs one) proves that its end was not cut off either."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", default="", metavar="NUMBER:HASH", help="an earlier head")

    def handle(self, *, head: str, **_options: Any) -> None:
        audit.seal()
        if broken := audit.first_break():
            raise CommandError(
                f"The chain breaks at entry {broken.pk}, number {broken.number} ({broken}). Keep "
                "the database and the logs, and ask who could write to it."
            )
        if head and not audit.has(head):
            raise CommandError(
                f"No entry {head} is in the chain: its end was cut off or made anew after that "
                "head was noted, or the head is mistyped."
            )
        self.stdout.write(f"Everything holds. Head {audit.head()}")
