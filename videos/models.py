import uuid
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from campaign.models import Campaign, User


def check_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("Write a time zone such as Africa/Nairobi.")


class Place(models.Model):
    """Where a crew films. Only as exact as may be published: a camp or town, and its country."""

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2, help_text="ISO 3166 code, such as KE.")
    country_name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=60, default="UTC", validators=[check_timezone])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.country_name}"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class CrewMember(models.Model):
    """A person of a crew and the one place whose storytellers and clips they may see."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="crew")
    place = models.ForeignKey(Place, models.PROTECT, related_name="crew")

    def __str__(self) -> str:
        return f"{self.user} in {self.place.name}"


class StorytellerQuerySet(models.QuerySet["Storyteller"]):
    def at(self, place: Place) -> "StorytellerQuerySet":
        return self.filter(place=place)


class Storyteller(models.Model):
    """Somebody who answers, under a public name. Who they really are is not kept here."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="storytellers")
    place = models.ForeignKey(Place, models.PROTECT, related_name="storytellers")
    public_name = models.CharField(
        max_length=60, help_text="A pseudonym unless they wish otherwise."
    )
    languages = ArrayField(models.CharField(max_length=8), default=list)
    is_minor = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StorytellerQuerySet.as_manager()

    class Meta:
        ordering = ["public_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "place", "public_name"], name="storyteller_name_is_unique"
            )
        ]

    def __str__(self) -> str:
        return self.public_name


class ConsentQuerySet(models.QuerySet["Consent"]):
    def valid(self, *, network: str, at: datetime) -> "ConsentQuerySet":
        """Newest versions that allow this network at that time and were not withdrawn."""
        newer = Consent.objects.filter(
            storyteller=OuterRef("storyteller"), version__gt=OuterRef("version")
        )
        return self.filter(
            ~Exists(newer),
            Q(expires_at=None) | Q(expires_at__gt=at),
            networks__contains=[network],
            withdrawn_at=None,
            given_at__lte=at,
        )


class Consent(models.Model):
    """What a storyteller agreed to; a change is a new version, never an edit."""

    class Method(models.TextChoices):
        SPOKEN = "spoken", "Spoken, recorded"
        SIGNED = "signed", "Signed"
        MARK = "mark", "A mark, witnessed"

    class PlaceShown(models.TextChoices):
        NONE = "none", "No place"
        COUNTRY = "country", "The country"
        CAMP = "camp", "The camp"

    storyteller = models.ForeignKey(Storyteller, models.PROTECT, related_name="consents")
    version = models.PositiveSmallIntegerField(default=1)
    method = models.CharField(max_length=8, choices=Method.choices)
    language = models.CharField(max_length=8, default="en")
    networks = ArrayField(models.CharField(max_length=20), default=list)
    show_face = models.BooleanField(default=False)
    show_name = models.BooleanField(default=False)
    show_place = models.CharField(max_length=8, choices=PlaceShown.choices, default=PlaceShown.NONE)
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    collected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["storyteller", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["storyteller", "version"], name="consent_version_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.storyteller}, consent {self.version}"


class ClipQuerySet(models.QuerySet["Clip"]):
    def ready(self) -> "ClipQuerySet":
        return self.filter(status=Clip.Status.READY)

    def with_consent(self, *, network: str, at: datetime) -> "ClipQuerySet":
        """Clips whose storyteller's newest consent allows this network at that time."""
        valid = Consent.objects.valid(network=network, at=at)
        return self.filter(Exists(valid.filter(storyteller=OuterRef("storyteller"))))

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
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be prepared"
        RETIRED = "retired", "Retired"
        WITHDRAWN = "withdrawn", "Consent withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="clips")
    storyteller = models.ForeignKey(Storyteller, models.PROTECT, related_name="clips")
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
