from videos.models.briefs import Brief, BriefMessage, BriefQuerySet
from videos.models.clips import Clip, ClipQuerySet, Rendition
from videos.models.places import CrewMember, Place, check_timezone
from videos.models.storytellers import Consent, ConsentQuerySet, Storyteller, StorytellerQuerySet

__all__ = [
    "Brief",
    "BriefMessage",
    "BriefQuerySet",
    "Clip",
    "ClipQuerySet",
    "Consent",
    "ConsentQuerySet",
    "CrewMember",
    "Place",
    "Rendition",
    "Storyteller",
    "StorytellerQuerySet",
    "check_timezone",
]
