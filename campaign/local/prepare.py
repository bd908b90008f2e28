"""What must be done before a newsroom opens, in one process: Django is slow to load thrice.

    python -m campaign.local.prepare [static] [demo]

Migrates; gathers the static files; loads the demo campaign, once, and prints its logins, each line
behind `LOGIN`.
"""

import io
import os
import sys

import django
from django.core.management import CommandError, call_command

from campaign.local.newsroom import LOGIN


def main(*extras: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
    django.setup()
    try:
        call_command("migrate", interactive=False)
        if "static" in extras:
            call_command("collectstatic", interactive=False, verbosity=0)
        if "demo" in extras:
            call_command("demo")
            _print_logins()
    except CommandError as error:
        sys.exit(str(error))


def _print_logins() -> None:
    logins = io.StringIO()
    call_command("demo", logins=True, stdout=logins)
    for line in logins.getvalue().splitlines():
        print(LOGIN + line)


if __name__ == "__main__":
    main(*sys.argv[1:])
