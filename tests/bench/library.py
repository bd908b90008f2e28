"""5,000 clips of 200 storytellers with consents, links and clicks, for the figures of the shelf."""

import uuid
from datetime import timedelta

from django.utils import timezone

from campaign.models import Campaign
from petitions.models import ClickCount, Petition, TrackedLink
from tests import factories
from videos.models import Clip, Consent, Place, Storyteller

CLIPS = 5_000
STORYTELLERS = 200
LINKS = 20_000
THEMES = ("shelter", "school", "home", "family", "children", "work", "health", "journey")
SAID = (
    "my son asks where home is and I tell him where people say welcome",
    "we have sixty children and one blackboard and they come every morning",
    "I was a teacher before the war and here I teach under a tree",
    "the roof leaks when it rains but the neighbours share what they have",
    "I sew for the whole street and my daughter counts the buttons",
)


def fill(campaign: Campaign) -> None:
    now = timezone.now()
    place = Place.objects.get_or_create(slug="kakuma", defaults={"name": "Kakuma"})[0]
    people = Storyteller.objects.bulk_create(
        Storyteller(campaign=campaign, place=place, public_name=f"Storyteller {number}")
        for number in range(STORYTELLERS)
    )
    Consent.objects.bulk_create(
        Consent(
            storyteller=person,
            version=version,
            method=Consent.Method.SPOKEN,
            networks=["x"],
            show_face=True,
            show_voice=True,
            show_name=True,
            given_at=now - timedelta(days=30 - version),
        )
        for person in people
        for version in (1, 2)
    )
    crew = factories.UserFactory()
    clips = Clip.objects.bulk_create(
        Clip(
            campaign=campaign,
            storyteller=people[number % STORYTELLERS],
            title=f"Answer {number}",
            quote=f"{SAID[number % len(SAID)]}, says voice {number % 977}",
            language=("en", "fr", "ar", "sw")[number % 4],
            themes=[THEMES[number % 8], THEMES[(number // 8) % 8]],
            status=Clip.Status.READY,
            original=str(number),
            original_sha256="0" * 64,
            original_bytes=1,
            duration=20,
            uploaded_by=crew,
            received_at=now,
            ready_at=now - timedelta(minutes=number),
            used_at=now - timedelta(minutes=number % 400) if number % 3 else None,
        )
        for number in range(CLIPS)
    )
    petition = Petition.objects.create(campaign=campaign, slug=f"p-{campaign.slug}", opens_at=now)
    links = TrackedLink.objects.bulk_create(
        TrackedLink(
            petition=petition,
            slug=uuid.uuid4().hex[:12],
            clip_id=clips[number % CLIPS].pk,
            posted_at=now,
        )
        for number in range(LINKS)
    )
    ClickCount.objects.bulk_create(
        ClickCount(link=link, hour=now, people=number % 90) for number, link in enumerate(links)
    )
