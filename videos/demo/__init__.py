"""The demo's places, storytellers and clips: drawn by this code, sent through the real pipeline."""

import tempfile
from pathlib import Path

from django.core.files import File
from django.utils import timezone

from campaign.models import Campaign, User
from videos.actions import footage
from videos.demo import film
from videos.demo.briefs import load as load_briefs
from videos.demo.people import SPOTS, TAKES, TELLERS, Take, Teller
from videos.models import Clip, Consent, Place, Storyteller

__all__ = ["load", "load_briefs"]


def load(campaign: Campaign, *, by: User) -> None:
    """Make what is missing of the demo in `campaign`; safe to call again.

    `by` belongs to the campaign and is no crew member: they film in both places. Each clip is
    received like any other and waits for the media worker.
    """
    places = {spot.slug: _place(spot.slug) for spot in SPOTS}
    tellers = {one.name: _storyteller(campaign, one, places[one.spot], by=by) for one in TELLERS}
    looks = {one.name: one for one in TELLERS}
    for number, take in enumerate(TAKES):
        storyteller = tellers[take.teller]
        if not Clip.objects.filter(storyteller=storyteller, title=take.title).exists():
            _receive(take, looks[take.teller], storyteller, number=number, by=by)


def _place(slug: str) -> Place:
    spot = next(spot for spot in SPOTS if spot.slug == slug)
    facts = {
        "name": spot.name,
        "country": spot.country,
        "country_name": spot.country_name,
        "timezone": spot.timezone,
        "latitude": spot.latitude,
        "longitude": spot.longitude,
    }
    return Place.objects.get_or_create(slug=slug, defaults=facts)[0]


def _storyteller(campaign: Campaign, teller: Teller, place: Place, *, by: User) -> Storyteller:
    storyteller, made = Storyteller.objects.get_or_create(
        campaign=campaign,
        place=place,
        public_name=teller.name,
        defaults={"languages": list(teller.languages)},
    )
    if made:
        Consent.objects.create(
            storyteller=storyteller,
            method=Consent.Method.SPOKEN,
            language=teller.languages[0],
            networks=[footage.NETWORK],
            told=Consent.Told.values,
            show_face=teller.face,
            show_voice=True,
            show_name=True,
            show_place=Consent.PlaceShown.CAMP,
            given_at=timezone.now(),
            collected_by=by,
        )
    return storyteller


def _receive(
    take: Take, teller: Teller, storyteller: Storyteller, *, number: int, by: User
) -> None:
    telling = footage.Telling(
        title=take.title,
        language=take.language,
        quote=take.quote,
        themes=take.themes,
        voice_only=not teller.face,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.mp4"
        film.shoot(take, teller, path, seed=number + 1)
        with path.open("rb") as file:
            footage.receive(
                File(file, name=f"demo-{number + 1}.mp4"), telling, storyteller=storyteller, by=by
            )
