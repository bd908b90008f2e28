from django.contrib.auth.models import AbstractUser
from django.db import models

from campaign.models.campaigns import Campaign


class User(AbstractUser):
    """Somebody who works in the newsroom or for it. What they may do comes from their groups."""

    name = models.CharField(max_length=80, blank=True, help_text="As colleagues call them.")
    language = models.CharField(max_length=8, default="en", help_text="Language of their screens.")
    campaigns: "models.ManyToManyField[Campaign, models.Model]" = models.ManyToManyField(
        Campaign, blank=True, related_name="people"
    )

    def __str__(self) -> str:
        return self.short_name

    @property
    def short_name(self) -> str:
        """What a card says of them: "Ana is on this"."""
        return self.name or self.username

    @property
    def initial(self) -> str:
        return self.short_name[:1].upper()
