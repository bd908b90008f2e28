import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value

from campaign.models import Campaign, User
from campaign.models.expressions import IsAmong
from videos.models.briefs import Brief
from videos.models.consent import Consent, Terms
from videos.models.places import CrewMember
from videos.models.storytellers import Storyteller


def _spoken_by(consents: Iterable[Consent | Terms]) -> Q:
    people = [one.storyteller_id for one in consents]
    return Q(IsAmong(F("storyteller"), Value(people, ArrayField(models.BigIntegerField()))))


class ClipQuerySet(models.QuerySet["Clip"]):
    def ready(self) -> "ClipQuerySet":
        return self.filter(status=Clip.Status.READY)

    def with_consent(self, *, network: str, at: datetime) -> "ClipQuerySet":
        """Clips whose storyteller's newest consent allows this network and the clip's campaign.

        A face or a voice that may not be shown is hidden, and a second person has verified it.
        """
        valid = Consent.objects.valid(network=network, campaign=OuterRef("campaign"), at=at)
        theirs = valid.filter(storyteller=OuterRef("storyteller"))
        return self.filter(Exists(theirs)).within(
            face=Q(Exists(theirs.filter(show_face=True))),
            voice=Q(Exists(theirs.filter(show_voice=True))),
        )

    def allowed_by(self, consents: Iterable[Consent | Terms]) -> "ClipQuerySet":
        """The same, by the valid CONSENTS of the clips' campaign that were just found.

        Each is looked at once, and not three times for each of thousands of clips.
        """
        valid = list(consents)
        return self.filter(_spoken_by(valid)).within(
            # Among those, who hide either are the fewer, and the quicker to ask for.
            face=~_spoken_by(one for one in valid if not one.show_face),
            voice=~_spoken_by(one for one in valid if not one.show_voice),
        )

    def within(self, *, face: Q, voice: Q) -> "ClipQuerySet":
        """Clips that show no more than a consent allows, which says whether FACE and VOICE may be.

        Whether there is such a consent is asked elsewhere.
        """
        hidden = Q(protection__status="verified")
        unheard = hidden & ~Q(protection__voice="kept")
        return self.filter(face | Q(voice_only=True) | hidden, voice | unheard)

    def seen_by(self, user: User) -> "ClipQuerySet":
        """A crew member sees their own place; others the campaigns they belong to."""
        crew = CrewMember.objects.filter(user=user).first()
        if crew is not None:
            return self.filter(storyteller__place=crew.place)
        if not user.has_perm("campaign.view_clips"):
            return self.none()
        return self.filter(campaign__in=user.campaigns.all())


class Clip(models.Model):
    """One answer on film, from the phone's file to what may be posted."""

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        PROCESSING = "processing", "Being prepared"
        REVIEW = "review", "Waiting for London's look"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be prepared"
        RETIRED = "retired", "Retired"
        WITHDRAWN = "withdrawn", "Consent withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="clips")
    storyteller = models.ForeignKey(Storyteller, models.PROTECT, related_name="clips")
    brief = models.ForeignKey(
        Brief, models.PROTECT, null=True, blank=True, related_name="clips", help_text="Filmed for."
    )
    title = models.CharField(max_length=120, help_text="What it is about, for editors.")
    quote = models.TextField(blank=True, max_length=1000, help_text="What is said, or its heart.")
    language = models.CharField(max_length=8, help_text="The language spoken.")
    themes: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=40), default=list, blank=True
    )
    voice_only = models.BooleanField(default=False)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVED)
    failure = models.CharField(max_length=40, blank=True, help_text="Why it failed, as a code.")
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent of the processing.")
    original = models.CharField(max_length=200, help_text="Its name in the storage.")
    original_name = models.CharField(
        max_length=200, blank=True, help_text="What the phone called it; never used as a path."
    )
    original_sha256 = models.CharField(max_length=64)
    original_bytes = models.PositiveBigIntegerField()
    duration = models.FloatField(null=True, blank=True, help_text="Seconds.")

    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    processing_since = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    used = models.PositiveIntegerField(default=0, help_text="How often it was posted.")
    used_at = models.DateTimeField(null=True, blank=True)

    trim_start = models.FloatField(
        null=True, blank=True, help_text="Seconds of the original that are left out at its start."
    )
    trim_end = models.FloatField(
        null=True, blank=True, help_text="Where the clip ends, in seconds of the original."
    )
    burned_language = models.CharField(
        max_length=8, blank=True, help_text="The captions that stand in the picture; empty: none."
    )
    accepted_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody in London had looked and said yes."
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_again_at = models.DateTimeField(null=True, blank=True)
    asked_again = models.CharField(
        max_length=300, blank=True, help_text="What London asks the crew to film again, and why."
    )
    keep_until = models.DateField(
        null=True, blank=True, help_text="When the original is deleted, unless it is held."
    )
    legal_hold = models.CharField(
        max_length=200, blank=True, help_text="Why nothing of it may be deleted; empty: no hold."
    )
    purged_at = models.DateTimeField(
        null=True, blank=True, help_text="When its files were deleted at the end of its time."
    )

    objects = ClipQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(ready_at__isnull=False, duration__isnull=False),
                name="clip_ready_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(failure=""), name="clip_failure_has_reason"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="clip_progress_per_cent"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="clip_acceptance_complete",
            ),
            models.CheckConstraint(
                condition=Q(trim_start=None) | Q(trim_end=None) | Q(trim_end__gt=F("trim_start")),
                name="clip_trim_leaves_something",
            ),
        ]
        indexes = [
            models.Index("campaign", "status", F("received_at").desc(), name="clip_shelf"),
            models.Index(
                "status",
                condition=Q(status__in=["received", "processing"]),
                name="clip_in_the_works",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.storyteller.public_name})"


class Rendition(models.Model):
    """A file made from a clip by re-encoding; the only kind that is ever served or posted."""

    class Kind(models.TextChoices):
        POST = "post", "Video for the networks"
        PREVIEW = "preview", "Preview, 360p"
        POSTER = "poster", "Poster"
        #: To draw boxes on and to trim by: whole and unprotected, so for London's reviewers only.
        WORKING = "working", "Working copy, 360p"

    clip = models.ForeignKey(Clip, models.CASCADE, related_name="renditions")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    file = models.CharField(max_length=200, help_text="Its name in the storage.")
    content_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clip", "kind"], name="rendition_is_unique")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.clip_id}"
