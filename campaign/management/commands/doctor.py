import sys
from typing import Any

from django.core.management.base import BaseCommand

from campaign import doctor


class Command(BaseCommand):
    help = "Say what is wrong with this deployment and what to do. Ends with 1 if something is."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        broken = 0
        for finding in doctor.examine():
            self.stdout.write(f"{finding.level:<5} {finding.what}")
            if finding.todo:
                self.stdout.write(f"      → {finding.todo}")
            broken += finding.level == doctor.Level.BROKEN
        if broken:
            sys.exit(1)
