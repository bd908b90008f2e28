"""Who and what a deployed newsroom begins with: `python -m tests.process.cast FILM.mp4`.

Run with the newsroom's own settings. Prints what there is as JSON. The film goes the ordinary way
from here on: its original into the storage, its preparing to the media worker.
"""

import json
import sys
from pathlib import Path

import django

django.setup()

from django.core.files import File  # noqa: E402  Django first
from django.core.management import call_command  # noqa: E402

from campaign import roles  # noqa: E402
from campaign.sandbox import credentials  # noqa: E402
from tests import factories  # noqa: E402
from videos.actions import footage  # noqa: E402

PASSWORD = "only-for-a-deployment-test"


def main(film: Path) -> None:
    campaign = factories.CampaignFactory(slug="iwelcome", hold_seconds=0)
    keys = film.with_name("keys.json")
    keys.write_text(json.dumps(credentials.CAMPAIGN["credentials"]))
    call_command(
        "connect_account", "x", campaign=campaign.slug, credentials=str(keys), stdout=sys.stderr
    )
    maya = factories.person(roles.EDITOR, campaign, username="maya")
    maya.set_password(PASSWORD)
    maya.save()
    factories.ReplyTemplateFactory(campaign=campaign)
    factories.PetitionTextFactory(petition=factories.PetitionFactory(campaign=campaign))
    storyteller = factories.ConsentFactory(storyteller__campaign=campaign).storyteller
    with film.open("rb") as file:
        clip = footage.receive(
            File(file),
            footage.Telling(title="A roof", language="en"),
            storyteller=storyteller,
            by=factories.crew(storyteller.place),
        )
    sys.stdout.write(json.dumps({"clip": str(clip.pk), "handle": credentials.CAMPAIGN["handle"]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
