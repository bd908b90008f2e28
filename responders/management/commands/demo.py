from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign.models import Campaign
from responders import demo
from responders import history as invented


class Command(BaseCommand):
    help = "Load the demo campaign, once. Refuses where DEBUG is off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the demo's logins")
        parser.add_argument(
            "--history",
            action="store_true",
            help="make up a week behind it, for the reports and the wall",
        )

    def handle(self, *_args: Any, logins: bool, history: bool, **_options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo has known passwords, so it is refused here: DEBUG is off. "
                "Make real people with `manage.py create_person`."
            )
        if logins:
            self.stdout.write("\n".join(demo.logins()))
        elif history:
            replies = invented.load(Campaign.objects.get(slug=demo.SLUG))
            self.stdout.write(f"A made-up week with {replies:,} replies stands behind the demo.")
        elif demo.is_loaded():
            self.stdout.write("The demo campaign is there already.")
        else:
            demo.load()
            self.stdout.write("The demo campaign is loaded; its clips are being prepared.")
