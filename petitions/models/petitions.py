import hashlib

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from campaign.models import Campaign


class PetitionQuerySet(models.QuerySet["Petition"]):
    def public(self) -> "PetitionQuerySet":
        return self.filter(opens_at__lte=timezone.now())

    def open(self) -> "PetitionQuerySet":
        now = timezone.now()
        return self.public().filter(Q(closes_at=None) | Q(closes_at__gt=now))

    def closed(self) -> "PetitionQuerySet":
        return self.filter(closes_at__lte=timezone.now())


class Petition(models.Model):
    """What the public is asked to sign. Its row is never written while people sign."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="petitions")
    slug = models.SlugField(unique=True, max_length=60)
    goal = models.PositiveIntegerField(default=1_000)
    opens_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(null=True, blank=True)
    asks_postcode = models.BooleanField(
        default=False, help_text="Offer a field for the postcode; nobody has to fill it in."
    )
    external_url = models.CharField(
        max_length=500,
        blank=True,
        validators=[URLValidator(schemes=["https"])],
        help_text="Where people sign, when that is not here: links then lead there.",
    )
    signing_paused = models.BooleanField(
        default=False, help_text="Take no names for a while; the page stays."
    )
    counting_paused = models.BooleanField(
        default=False, help_text="Keep the numbers as they are; what happens meanwhile is kept."
    )
    handed_over_on = models.DateField(
        null=True, blank=True, help_text="The day it was handed to those whom it asks."
    )

    objects = PetitionQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="petition_closes_after_opening",
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_open(self) -> bool:
        now = timezone.now()
        return self.opens_at <= now and not self.is_closed

    @property
    def is_closed(self) -> bool:
        return self.closes_at is not None and self.closes_at <= timezone.now()


class PetitionText(models.Model):
    """The petition's words in one language."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=300)
    addressee = models.CharField(
        max_length=200, help_text="Whom it asks, and when it is handed over."
    )
    body = models.TextField(help_text="Markdown.")
    outcome = models.TextField(
        blank=True, help_text="Markdown. What came of it; shown once the petition is closed."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "language"], name="petition_text_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.petition_id} in {self.language}"

    @property
    def sha256(self) -> str:
        """Of what people put their name to: title, addressee and body."""
        text = f"{self.title}\n\n{self.addressee}\n\n{self.body}"
        return hashlib.sha256(text.encode()).hexdigest()


class TextVersion(models.Model):
    """The words as they were from one time on. Never changed: people signed these very words."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="versions")
    language = models.CharField(max_length=8)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    addressee = models.CharField(max_length=200)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    since = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["language", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "language", "number"], name="text_version_is_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.petition_id} in {self.language}, version {self.number}"
