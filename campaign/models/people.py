from allauth.mfa.models import Authenticator
from django.conf import settings
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
    def needs_second_factor(self) -> bool:
        """Whether their role must not be entered with a password alone."""
        roles = settings.SECOND_FACTOR_ROLES
        return bool(roles) and (self.is_superuser or self.groups.filter(name__in=roles).exists())

    @property
    def has_second_factor(self) -> bool:
        """A passkey or an authenticator app; recovery codes alone are none."""
        factors = Authenticator.objects.filter(user=self)
        return bool(factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    @property
    def short_name(self) -> str:
        """What a card says of them: "Ana is on this"."""
        return self.name or self.username

    @property
    def initial(self) -> str:
        return self.short_name[:1].upper()
