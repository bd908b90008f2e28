"""The demo's places, storytellers and clips: drawn by this code, sent through the real pipeline."""

import re
import tempfile
from datetime import timedelta
from pathlib import Path

from django.core.files import File
from django.utils import timezone

from campaign.models import Campaign, User
from videos.actions import captions, consent_forms, footage
from videos.demo import film
from videos.demo.briefs import load as load_briefs
from videos.demo.people import SPOTS, TAKES, TELLERS, Take, Teller
from videos.models import Clip, Consent, Identity, Place, Storyteller

__all__ = ["load", "load_briefs"]


def load(campaign: Campaign, *, by: User, editor: User | None = None) -> None:
    """Make what is missing of the demo in `campaign`; safe to call again.

    `by` belongs to the campaign and is no crew member: they film in both places. Each clip is
    received like any other and waits for the media worker. The `editor` (or `by`) has looked at
    most of them and reviewed what is said.
    """
    places = {spot.slug: _place(spot.slug) for spot in SPOTS}
    tellers = {one.name: _storyteller(campaign, one, places[one.spot], by=by) for one in TELLERS}
    looks = {one.name: one for one in TELLERS}
    for number, take in enumerate(TAKES):
        storyteller = tellers[take.teller]
        if not Clip.objects.filter(storyteller=storyteller, title=take.title).exists():
            clip = _receive(take, looks[take.teller], storyteller, number=number, by=by)
            _look_at(clip, take, by=editor or by)


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
        now = timezone.now()
        ends = now + timedelta(days=teller.ends_in) if teller.ends_in else None
        terms = consent_forms.Terms(
            method=Consent.Method.SPOKEN,
            language=teller.languages[0],
            told=tuple(Consent.Told.values),
            networks=(footage.NETWORK,),
            given_at=now,
            show_face=teller.shows_face,
            show_voice=True,
            show_name=True,
            show_place=Consent.PlaceShown.CAMP,
            review_at=now + timedelta(days=teller.review_in),
            expires_at=ends,
        )
        consent_forms.give(storyteller, terms, by=by)
        if teller.real_name:
            Identity.objects.create(storyteller=storyteller, real_name=teller.real_name)
    return storyteller


def _receive(
    take: Take, teller: Teller, storyteller: Storyteller, *, number: int, by: User
) -> Clip:
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
            return footage.receive(
                File(file, name=f"demo-{number + 1}.mp4"), telling, storyteller=storyteller, by=by
            )


def _look_at(clip: Clip, take: Take, *, by: User) -> None:
    if take.accepted:
        Clip.objects.filter(pk=clip.pk).update(accepted_at=timezone.now(), accepted_by=by)
    for language, text in ((take.language, take.quote), ("en", take.english)):
        if text:
            _caption(clip, language, text, seconds=take.seconds, by=by)


def _caption(clip: Clip, language: str, text: str, *, seconds: float, by: User) -> None:
    """A reviewed track, its sentences spread over the film by their length."""
    sentences = [one for one in re.split(r"(?<=[.!?؟])\s+", text) if one]
    segments: list[dict[str, object]] = []
    at = 200.0
    for sentence in sentences:
        until = at + (seconds * 1000 - 400) * len(sentence) / len("".join(sentences))
        segments.append({"start": round(at), "end": round(until) - 40, "text": sentence})
        at = until
    track = captions.save(clip, language, segments, revision=0, by=by)
    captions.mark_reviewed(track, revision=track.revision, by=by)
