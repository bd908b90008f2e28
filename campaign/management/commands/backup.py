from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign import backup


class Command(BaseCommand):
    help = "Save the database, the footage and what is arriving into a new folder, while all work."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="new or empty; readable by its owner alone")
        parser.add_argument(
            "--no-footage",
            action="store_true",
            help="leave out the stored footage: a bucket that keeps copies by itself",
        )

    def handle(self, *, folder: Path, no_footage: bool, **_options: Any) -> None:
        try:
            made = backup.make(folder, footage=not no_footage, say=self.stdout.write)
        except backup.Impossible as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Saved as of {made.made_at:%Y-%m-%d %H:%M:%S} UTC in {folder}.")
        self.stdout.write("The secrets are not in it. Keep these keys elsewhere, in two places:")
        for name, fingerprints in made.keys.items():
            self.stdout.write(f"  {name}: {', '.join(fingerprints)}")
