from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaign.networks.base import NetworkError
from responders.actions import restoring


class Command(BaseCommand):
    help = "After a restore: find on the network what was posted since the backup was made."

    def handle(self, *_args: Any, **_options: Any) -> None:
        since = restoring.restored_as_of()
        if since is None:
            raise CommandError("This newsroom was not restored from a backup: nothing to do.")
        try:
            for account, found in restoring.catch_up(since=since):
                self.stdout.write(
                    f"@{account.handle}: {found.replies} replies were posted after the backup, and "
                    f"{found.mentions} tweets had an answer that it does not know."
                )
        except (NetworkError, restoring.Refused) as error:
            raise CommandError(f"{error} Nothing else was changed; run it again.") from error
