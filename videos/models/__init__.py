from videos.models.briefs import Brief, BriefMessage, BriefQuerySet
from videos.models.captions import CaptionTrack
from videos.models.clips import Clip, ClipQuerySet, Rendition
from videos.models.consent import Consent, ConsentQuerySet, Terms
from videos.models.custody import CustodyEvent
from videos.models.notices import Notice, PushSubscription
from videos.models.places import CrewMember, Place, check_timezone
from videos.models.protection import Protection
from videos.models.storytellers import Identity, Storyteller, StorytellerQuerySet
from videos.models.uploads import Upload, UploadQuerySet

__all__ = [
    "Brief",
    "BriefMessage",
    "BriefQuerySet",
    "CaptionTrack",
    "Clip",
    "ClipQuerySet",
    "Consent",
    "ConsentQuerySet",
    "CrewMember",
    "CustodyEvent",
    "Identity",
    "Notice",
    "Place",
    "Protection",
    "PushSubscription",
    "Rendition",
    "Storyteller",
    "StorytellerQuerySet",
    "Terms",
    "Upload",
    "UploadQuerySet",
    "check_timezone",
]
