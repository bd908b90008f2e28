"""What pages show about clips, each in a fixed number of queries."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, F, Func, OuterRef
from django.utils import timezone

from campaign.models import Campaign
from videos.actions.footage import NETWORK
from videos.models import Clip, ClipQuerySet, Consent, Place
from videos.processing.probe import Reason
from videos.themes import THEMES

LANGUAGES = dict(settings.LANGUAGES)
REMEMBERED = timedelta(days=3)
ON_ONE_PAGE = 60


def sent_from(place: Place) -> list[Clip]:
    """Clips of a place that are on their way, went wrong, or arrived in the last days."""
    recent = timezone.now() - REMEMBERED
    gone = [Clip.Status.RETIRED, Clip.Status.WITHDRAWN]
    clips = Clip.objects.filter(storyteller__place=place, received_at__gt=recent)
    return list(
        clips.exclude(status__in=gone)
        .select_related("storyteller")
        .order_by("-received_at")[:ON_ONE_PAGE]
    )


def library(campaign: Campaign, **lookups: Any) -> ClipQuerySet:
    """Clips of a campaign, newest first, each with `has_consent`."""
    consents = Consent.objects.valid(network=NETWORK, campaign=campaign, at=timezone.now())
    return (
        Clip.objects.filter(campaign=campaign, **lookups)
        .exclude(status=Clip.Status.WITHDRAWN)
        .select_related("storyteller__place")
        .annotate(has_consent=Exists(consents.filter(storyteller=OuterRef("storyteller"))))
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


def failure_in_words(code: str) -> str:
    """Why a clip failed, from the code that is stored; unknown codes are of later versions."""
    known = code in Reason.__members__.values()
    return str((Reason(code) if known else Reason.BROKEN).message)
