from django.conf import settings
from django.db import models
from django.db.models import Q

from campaign.models import Campaign
from videos.models import Clip, Storyteller


class TakedownQuerySet(models.QuerySet["Takedown"]):
    def unspread(self) -> "TakedownQuerySet":
        """Those that have not reached all of their replies."""
        return self.filter(spread_at=None)


class Takedown(models.Model):
    """Somebody had replies taken back: one, or all with a clip, of a storyteller, of a campaign."""

    class Scope(models.TextChoices):
        REPLY = "reply", "One reply"
        CLIP = "clip", "A clip"
        STORYTELLER = "storyteller", "A storyteller"
        CAMPAIGN = "campaign", "The whole campaign"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="takedowns")
    scope = models.CharField(max_length=12, choices=Scope.choices)
    clip = models.ForeignKey(Clip, models.PROTECT, null=True, blank=True, related_name="+")
    storyteller = models.ForeignKey(
        Storyteller, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    spread_at = models.DateTimeField(
        null=True, blank=True, help_text="When every reply that it concerns was told of it."
    )

    objects = TakedownQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=["reply", "campaign"], clip=None, storyteller=None)
                | Q(scope="clip", clip__isnull=False, storyteller=None)
                | Q(scope="storyteller", clip=None, storyteller__isnull=False),
                name="takedown_names_its_subject",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="takedown_has_reason"),
        ]
        indexes = [
            models.Index("id", condition=Q(spread_at=None), name="takedown_to_spread"),
            models.Index("campaign", models.F("asked_at").desc(), name="takedown_list"),
        ]

    def __str__(self) -> str:
        return f"{self.get_scope_display()}: {self.reason}"
