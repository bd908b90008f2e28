import sys
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaign import roles
from campaign.actions import people
from campaign.management import lookup


class Command(BaseCommand):
    help = "Make somebody who works in the newsroom. Asks for their first password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=sorted(roles.ROLES))
        parser.add_argument("--name", default="", help="as colleagues call them")
        parser.add_argument("--campaign", action="append", default=[], help="slug; may be repeated")
        parser.add_argument(
            "--superuser",
            action="store_true",
            help="also opens Setup (/admin/): campaigns, places, crews",
        )
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        campaigns = [lookup.campaign(slug) for slug in options["campaign"]]
        password = _read() if options["password_stdin"] else _ask()
        try:
            validate_password(password)
            people.create(
                options["username"],
                name=options["name"],
                role=options["role"],
                campaigns=campaigns,
                password=password,
                superuser=options["superuser"],
                by=None,
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except people.NameTaken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['username']} can sign in as {options['role']}.")


def _read() -> str:
    try:
        return input()
    except EOFError as error:
        raise CommandError("Standard input is empty: give the password there.") from error


def _ask() -> str:
    if not sys.stdin.isatty():
        raise CommandError(
            "There is no terminal to ask for the password at: add --password-stdin, and give it "
            "on standard input."
        )
    password = getpass("Their first password: ")
    if getpass("Once more: ") != password:
        raise CommandError("The two differ; nobody was made. Try again.")
    return password
