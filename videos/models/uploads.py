import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaign.models import Device
from videos.models.briefs import Brief
from videos.models.clips import Clip
from videos.models.consent import Consent
from videos.models.places import Place
from videos.models.storytellers import Storyteller


class UploadQuerySet(models.QuerySet["Upload"]):
    def at(self, place: Place) -> "UploadQuerySet":
        return self.filter(place=place)

    def unfinished(self) -> "UploadQuerySet":
        """Those that take up room in the spool."""
        return self.filter(status__in=[Upload.Status.ANNOUNCED, Upload.Status.RECEIVED])

    def overdue(self, *, at: datetime) -> "UploadQuerySet":
        return self.filter(status=Upload.Status.ANNOUNCED, expires_at__lte=at)


class Upload(models.Model):
    """A film, or the evidence of a consent, on its way from a phone.

    Told of first, then sent in pieces, then a clip, or filed with its consent.

    `announced → received → stored`, or `refused(reason)`, `expired`, `removed` (by the phone). How
    much of it is here, the spool's file says; what is here is believed when its hash is the
    phone's. The phone makes the id, so that a second telling is the first one.
    """

    class Status(models.TextChoices):
        ANNOUNCED = "announced", "On its way"
        RECEIVED = "received", "All of it is here and checked"
        STORED = "stored", "In the storage"
        REFUSED = "refused", "Refused"
        EXPIRED = "expired", "Given up"
        REMOVED = "removed", "Removed by the phone"

    class Reason(models.TextChoices):
        CONSENT = "consent", "No consent that is valid"
        PLACE = "place", "Not this crew’s any more"
        FILE = "file", "The file cannot be taken"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="uploads")
    storyteller = models.ForeignKey(Storyteller, models.PROTECT, related_name="uploads")
    consent = models.ForeignKey(
        Consent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="uploads",
        help_text="What comes is no film but the evidence of this consent.",
    )
    brief = models.ForeignKey(Brief, models.PROTECT, null=True, blank=True, related_name="uploads")
    telling = models.JSONField(help_text="What the crew says of it: title, language, …")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=200, blank=True, help_text="What the phone calls it.")
    length = models.PositiveBigIntegerField(help_text="Bytes of the whole.")
    sha256 = models.CharField(max_length=64, help_text="Of the whole, as the phone worked it out.")

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ANNOUNCED)
    reason = models.CharField(max_length=8, choices=Reason.choices, blank=True)
    announced_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True, help_text="When the first byte came.")
    expires_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    received_at = models.DateTimeField(null=True, blank=True)
    stored_at = models.DateTimeField(null=True, blank=True)
    clip = models.OneToOneField(Clip, models.PROTECT, null=True, blank=True, related_name="upload")

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-announced_at"]
        constraints = [
            models.CheckConstraint(condition=Q(length__gt=0), name="upload_not_empty"),
            models.CheckConstraint(
                condition=~Q(status="received") | Q(received_at__isnull=False),
                name="upload_received_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="stored", stored_at__isnull=False, received_at__isnull=False)
                | (~Q(status="stored") & Q(stored_at=None)),
                name="upload_stored_complete",
            ),
            models.CheckConstraint(
                condition=Q(status="refused") ^ Q(reason=""), name="upload_refusal_has_reason"
            ),
        ]
        indexes = [
            models.Index(
                "place",
                condition=Q(status__in=["announced", "received"]),
                name="upload_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"Upload {self.id} ({self.status})"

    @property
    def campaign_id(self) -> int:
        """Needs `storyteller`."""
        return self.storyteller.campaign_id

    @property
    def is_open(self) -> bool:
        return self.status == Upload.Status.ANNOUNCED
