from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from campaign import audit
from campaign.models import Campaign
from campaign.models.campaigns import staffed_languages


class Command(BaseCommand):
    help = "Make a campaign. Its rules are changed on its page “Rules” and in Setup."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its part of every address: small letters, digits, -")
        parser.add_argument("--name", required=True)
        parser.add_argument("--hashtag", required=True, help="what people tweet; with or without #")
        parser.add_argument(
            "--language",
            action="append",
            help="one that its editors can answer in, as X names it; may be repeated (default: en)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        campaign = Campaign(
            slug=options["slug"],
            name=options["name"],
            hashtag=options["hashtag"].removeprefix("#"),
            languages=options["language"] or staffed_languages(),
        )
        try:
            campaign.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic():
            campaign.save()
            audit.record("made", campaign, after={"slug": campaign.slug}, by=None)
        self.stdout.write(
            f"{campaign} is there. Next: `manage.py create_person NAME --role admin --superuser "
            f"--campaign {campaign.slug}`."
        )
