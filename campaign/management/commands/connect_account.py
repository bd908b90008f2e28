import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.actions import accounts
from campaign.management import lookup
from campaign.networks import registry
from campaign.networks.base import NetworkError


class Command(BaseCommand):
    help = "Store the credentials of a campaign's account, encrypted, once the network knows them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("network", choices=sorted(registry.NETWORKS))
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument(
            "--credentials",
            required=True,
            metavar="FILE.json",
            help="a JSON object; - for standard input. For x: consumer_key, consumer_secret, "
            "access_token, access_token_secret, bearer_token",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        campaign = lookup.campaign(options["campaign"])
        credentials = self._credentials(options["credentials"])
        try:
            account = accounts.connect(
                options["network"], campaign=campaign, credentials=credentials, by=None
            )
        except (NetworkError, accounts.OfAnotherCampaign) as error:
            raise CommandError(f"Nothing was stored. {error}") from error
        self.stdout.write(f"{account} is connected and answers for {campaign}.")

    def _credentials(self, name: str) -> dict[str, str]:
        """What went wrong is said without a word of what the file holds."""
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name} cannot be read as a text file.") from error
        try:
            credentials = json.loads(text)
        except ValueError:
            raise CommandError("The credentials are not JSON.") from None
        if not isinstance(credentials, dict) or not all(
            isinstance(value, str) for value in credentials.values()
        ):
            raise CommandError("The credentials are to be a JSON object of texts.")
        return {key: value.strip() for key, value in credentials.items()}
