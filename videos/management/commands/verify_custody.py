"""`manage.py verify_custody [CLIP …]`: whether the chains of custody and the files still hold."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from videos import custody
from videos.actions import evidence
from videos.models import Clip, Consent, CustodyEvent


class Command(BaseCommand):
    help = "Checks every chain of custody, every file of footage and every evidence of consent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("clips", nargs="*", type=uuid.UUID, help="only these clips")
        parser.add_argument(
            "--no-files", action="store_true", help="check the chains alone, not the files"
        )

    def handle(self, *, clips: list[uuid.UUID], no_files: bool, **_options: Any) -> None:
        chosen = Clip.objects.filter(pk__in=clips) if clips else Clip.objects.all()
        events = CustodyEvent.objects.filter(clip__in=chosen).order_by("clip", "number")
        wrong = [
            f"clip {one.clip}, event {one.number}: {one.wrong}"
            for one in custody.breaks(events.iterator())
        ]
        bare = chosen.filter(custody=None).values_list("pk", flat=True)
        wrong += [f"clip {pk}: no custody at all" for pk in bare]
        if not no_files:
            for clip in chosen.iterator():
                wrong += [f"clip {clip.pk}: {one.wrong}" for one in evidence.verify_files(clip)]
            if not clips:
                wrong += self._evidence()
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            raise CommandError(f"{len(wrong)} things do not hold. Keep the database and the logs.")
        self.stdout.write(f"{chosen.count()} clips, {events.count()} events: everything holds.")

    def _evidence(self) -> list[str]:
        consents = Consent.objects.exclude(evidence="").only("evidence", "evidence_sha256")
        checked = ((one.pk, evidence.verify_evidence(one)) for one in consents.iterator())
        return [f"consent {pk}: {what}" for pk, what in checked if what]
