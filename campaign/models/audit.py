from django.conf import settings
from django.db import models

from campaign.models.campaigns import Campaign


class AuditEntry(models.Model):
    """Who did what, when. Append-only: a trigger in the database refuses UPDATE and DELETE.

    Each entry carries the hash of the one before it, so that a gap or a change shows.
    Written by `campaign.audit.record` alone.
    """

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, blank=True, related_name="audit"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty when the newsroom acted by itself.",
    )
    verb = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=40)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index("target_type", "target_id", name="audit_target"),
            models.Index("campaign", models.F("id").desc(), name="audit_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.target_type} {self.target_id}"
