from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign import backup


class Command(BaseCommand):
    help = "Bring a backup to life in an empty database and an empty storage. Posting stays paused."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="what `backup` wrote")
        parser.add_argument(
            "--no-footage", action="store_true", help="leave the storage of footage as it is"
        )
        parser.add_argument(
            "--check", action="store_true", help="only look whether the backup is whole"
        )

    def handle(self, *, folder: Path, no_footage: bool, check: bool, **_options: Any) -> None:
        try:
            if check:
                found = backup.verify(folder)
            else:
                found = backup.restore(folder, footage=not no_footage, say=self.stdout.write)
        except backup.Impossible as error:
            raise CommandError(str(error)) from error
        if check:
            self.stdout.write(f"Whole: {found.made_at:%Y-%m-%d %H:%M:%S} UTC, {folder}.")
            return
        self.stdout.write(
            f"Restored as of {found.made_at:%Y-%m-%d %H:%M:%S} UTC. Posting is paused everywhere.\n"
            "Next: start the processes and wait until the mentions of that time are here; then\n"
            "`manage.py catch_up` looks on X for what was posted since, so that nothing is posted\n"
            "twice; then resume posting on the desk."
        )
