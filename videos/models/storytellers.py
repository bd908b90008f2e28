from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from campaign.models import Campaign
from videos.models.places import Place


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
