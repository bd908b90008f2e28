"""What pages show about clips, each in a fixed number of queries."""

import uuid
from collections import Counter as CountOf
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Exists, F, Func, OuterRef, Q, TextField
from django.db.models.functions import Cast
from django.shortcuts import get_object_or_404
from django.utils import timezone

from campaign.languages import base
from campaign.models import Campaign, User
from videos.actions.footage import NETWORK
from videos.models import (
    CaptionTrack,
    Clip,
    ClipQuerySet,
    Consent,
    Place,
    Protection,
    Rendition,
    Storyteller,
)
from videos.processing.probe import Reason
from videos.themes import THEMES
from videos.wording import reasons

LANGUAGES = dict(settings.LANGUAGES)
REMEMBERED = timedelta(days=3)
ON_ONE_PAGE = 60


def sent_from(place: Place) -> list[Clip]:
    """Clips of a place of the last days, also those that London asks to film again."""
    recent = timezone.now() - REMEMBERED
    gone = Q(status=Clip.Status.WITHDRAWN) | Q(status=Clip.Status.RETIRED, asked_again="")
    clips = Clip.objects.filter(storyteller__place=place, received_at__gt=recent)
    return list(
        clips.exclude(gone).select_related("storyteller").order_by("-received_at")[:ON_ONE_PAGE]
    )


def agreeing_at(place: Place) -> list[Storyteller]:
    """Who has a consent at this place that could be taken back."""
    consents = Consent.objects.newest().filter(storyteller__place=place, withdrawn_at=None)
    consents = consents.select_related("storyteller").defer("witness", "interpreter", "guardian")
    return [one.storyteller for one in consents.order_by("storyteller__public_name")]


def library(campaign: Campaign, **lookups: Any) -> ClipQuerySet:
    """Clips of a campaign, newest first, each with `has_consent` and `has_poster`."""
    consents = Consent.objects.valid(network=NETWORK, campaign=campaign, at=timezone.now())
    return (
        Clip.objects.filter(campaign=campaign, **lookups)
        .exclude(status=Clip.Status.WITHDRAWN)
        .select_related("storyteller__place")
        .annotate(
            has_consent=Exists(consents.filter(storyteller=OuterRef("storyteller"))),
            has_poster=Exists(
                Rendition.objects.filter(
                    clip=OuterRef("pk"), kind=Rendition.Kind.POSTER, file__gt=""
                )
            ),
        )
        .order_by("-received_at")
    )


def choices(campaign: Campaign) -> dict[str, list[tuple[str, str]]]:
    """By what the library of this campaign can be narrowed: only what there is."""
    clips = Clip.objects.filter(campaign=campaign).order_by()
    languages = clips.values_list("language", flat=True).distinct().order_by("language")
    themes = (
        clips.annotate(theme=Func(F("themes"), function="unnest", output_field=CharField()))
        .values_list("theme", flat=True)
        .distinct()
        .order_by("theme")
    )
    places = Place.objects.filter(storytellers__campaign=campaign).distinct()
    return {
        "status": [choice for choice in Clip.Status.choices if choice[0] != Clip.Status.WITHDRAWN],
        "language": [(code, LANGUAGES.get(code, code)) for code in languages],
        "place": [(place.slug, place.name) for place in places],
        "theme": [(theme, THEMES.get(theme, theme)) for theme in themes],
    }


def failure_in_words(code: str, language: str = "en") -> str:
    """Why a clip failed, from the code that is stored; unknown codes are of later versions."""
    known = code in Reason.__members__.values()
    reason = Reason(code) if known else Reason.BROKEN
    return reasons.IN_WORDS.get(base(language), {}).get(reason.value) or str(reason.message)


def one_clip(campaign: Campaign, pk: uuid.UUID, *, withdrawn: bool = False) -> Clip:
    """A clip of this campaign, or 404; a withdrawn one only for those who ask for it."""
    clips = Clip.objects.filter(campaign=campaign).select_related(
        "storyteller__place", "campaign", "uploaded_by", "accepted_by", "brief"
    )
    if not withdrawn:
        clips = clips.exclude(status=Clip.Status.WITHDRAWN)
    return get_object_or_404(clips, pk=pk)


def clip_page(clip: Clip, user: User, *, section: str) -> dict[str, Any]:
    """What each page of a clip shows around its own part."""
    files = {one.kind: one for one in clip.renditions.exclude(file="")}
    newest = clip.storyteller.consents.order_by("-version").first()
    hidden = Protection.objects.filter(clip=clip).first()
    return {
        "clip": clip,
        "section": "clips",
        "part": section,
        "files": files,
        "consent": newest,
        "consent_state": consent_state(newest),
        "protection": hidden,
        "may_review": user.has_perm("campaign.review_clips"),
        "may_hold": user.has_perm("campaign.withdraw_consent"),
        "may_identify": user.has_perm("campaign.view_identities"),
        "may_audit": user.has_perm("campaign.view_audit"),
        "reviewed": [one for one in clip.captions.all() if one.reviewed_at],
    }


def public_clips() -> ClipQuerySet:
    """Clips that anybody may see: ready, and agreed to."""
    return Clip.objects.ready().with_consent(network=NETWORK, at=timezone.now())


def search(clips: ClipQuerySet, words: str) -> ClipQuerySet:
    """Clips in which every one of these words stands: title, quote, person, place or captions."""
    for word in words.split()[:6]:
        spoken = CaptionTrack.objects.filter(clip=OuterRef("pk"))
        spoken = spoken.annotate(all=Cast("segments", TextField())).filter(all__icontains=word)
        clips = clips.filter(
            Q(title__icontains=word)
            | Q(quote__icontains=word)
            | Q(storyteller__public_name__icontains=word)
            | Q(storyteller__place__name__icontains=word)
            | Q(Exists(spoken))
        )
    return clips


def incoming(campaign: Campaign) -> ClipQuerySet:
    """What waits for London's look, first what came first; with what is still on its way."""
    waiting = Q(status=Clip.Status.REVIEW) | Q(status=Clip.Status.READY, accepted_at=None)
    moving = Q(status__in=[Clip.Status.RECEIVED, Clip.Status.PROCESSING, Clip.Status.FAILED])
    return library(campaign).filter(waiting | moving).order_by("received_at")


def consent_state(consent: Consent | None) -> str:
    """`none`, `withdrawn`, `ended`, `incomplete` (a minor's), `awaited` (what shows it is not here
    yet), `review` (talk again), or `valid`."""
    now = timezone.now()
    if consent is None:
        return "none"
    if consent.withdrawn_at is not None:
        return "withdrawn"
    if consent.expires_at is not None and consent.expires_at <= now:
        return "ended"
    guarded = consent.guardian_agreed and consent.child_assented
    if consent.storyteller.is_minor and not guarded:
        return "incomplete"
    if consent.awaits_evidence:
        return "awaited"
    return "review" if consent.review_at is not None and consent.review_at <= now else "valid"


@dataclass(frozen=True, slots=True)
class Teller:
    """A storyteller as safeguarding's list shows them; `clips` counts those that are in use."""

    storyteller: Storyteller
    consent: Consent | None
    state: str
    clips: int


def storytellers(campaign: Campaign, *, show: str = "") -> list[Teller]:
    """Everybody of a campaign; `show` is a state of consent, or "" for all. Three queries."""
    newest = Consent.objects.newest().filter(storyteller__campaign=campaign)
    newest = newest.select_related("storyteller").defer("witness", "interpreter", "guardian")
    consents = {one.storyteller_id: one for one in newest}
    clips = Clip.objects.filter(campaign=campaign).exclude(status=Clip.Status.WITHDRAWN)
    counts = dict(
        clips.order_by()
        .values_list("storyteller")
        .annotate(Count("pk"))
        .values_list("storyteller", "pk__count")
    )
    people = Storyteller.objects.filter(campaign=campaign).select_related("place")
    tellers = [
        Teller(one, newest, consent_state(newest), counts.get(one.pk, 0))
        for one in people.order_by("place__name", "public_name")
        for newest in [consents.get(one.pk)]
    ]
    return [one for one in tellers if not show or one.state == show]


def consent_counts(campaign: Campaign) -> dict[str, int]:
    """How many storytellers are in each state of consent."""
    return dict(CountOf(person.state for person in storytellers(campaign)))
