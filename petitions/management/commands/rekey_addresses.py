from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from petitions.actions import rekeying


class Command(BaseCommand):
    help = "Key the hashes of signers' addresses with the newest of EMAIL_HMAC_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = rekeying.rekey()
        self.stdout.write(f"{done.changed:,} hashes have the newest key now.")
        if done.left:
            self.stdout.write(
                f"{done.left:,} signatures hold no address any more and keep their hash: their "
                "owners could sign once more. Nothing else depends on the old keys."
            )
        if len(settings.EMAIL_HMAC_KEYS) > 1:
            self.stdout.write("The old keys can be taken out of EMAIL_HMAC_KEYS.")
