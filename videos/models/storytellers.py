from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaign.encryption import EncryptedTextField
from campaign.models import Campaign
from videos.models.places import Place


class StorytellerQuerySet(models.QuerySet["Storyteller"]):
    def at(self, place: Place) -> "StorytellerQuerySet":
        return self.filter(place=place)


class Storyteller(models.Model):
    """Somebody who answers, under a public name. Who they really are is in `Identity`."""

    class AgeBand(models.TextChoices):
        UNKNOWN = "", "Not known"
        UNDER_12 = "0-11", "Under 12"
        UNDER_16 = "12-15", "12 to 15"
        UNDER_18 = "16-17", "16 or 17"
        YOUNG = "18-24", "18 to 24"
        ADULT = "25-59", "25 to 59"
        OLDER = "60+", "60 or older"

    class Risk(models.TextChoices):
        """How much harm being recognised could do them; safeguarding judges it."""

        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="storytellers")
    place = models.ForeignKey(Place, models.PROTECT, related_name="storytellers")
    public_name = models.CharField(
        max_length=60, help_text="A pseudonym unless they wish otherwise."
    )
    languages = ArrayField(models.CharField(max_length=8), default=list)
    is_minor = models.BooleanField(default=False)
    age_band = models.CharField(
        max_length=5, choices=AgeBand.choices, default=AgeBand.UNKNOWN, blank=True
    )
    risk = models.CharField(max_length=6, choices=Risk.choices, default=Risk.LOW)
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


class Identity(models.Model):
    """Who a storyteller really is: apart from everything else, encrypted, for safeguarding only.

    Read through `videos.actions.identities.look`, which notes who looked, and never otherwise.
    """

    storyteller = models.OneToOneField(Storyteller, models.CASCADE, related_name="identity")
    real_name = EncryptedTextField(blank=True)
    contact = EncryptedTextField(blank=True, help_text="How they can be reached, safely.")
    notes = EncryptedTextField(blank=True, help_text="What safeguarding must remember.")
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name_plural = "identities"

    def __str__(self) -> str:
        return f"Identity {self.pk}"
