from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from responders import demo


class Command(BaseCommand):
    help = "Load the demo campaign, once. Refuses where DEBUG is off."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--logins", action="store_true", help="only print the demo's logins")

    def handle(self, *_args: Any, logins: bool, **_options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo has known passwords, so it is refused here: DEBUG is off. "
                "Make real people with `manage.py create_person`."
            )
        if logins:
            self.stdout.write("\n".join(demo.logins()))
        elif demo.is_loaded():
            self.stdout.write("The demo campaign is there already.")
        else:
            demo.load()
            self.stdout.write("The demo campaign is loaded; its clips are being prepared.")
