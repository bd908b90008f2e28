from django.conf import settings
from django.db import models
from django.db.models import Q

from campaign.models.campaigns import Campaign


class AuditEntry(models.Model):
    """Who did what, when. Append-only: a trigger in the database refuses UPDATE and DELETE.

    Written by `campaign.audit.record` alone. `audit.seal` gives it its number in the chain and
    the hash of the one before it, once and for good, so that a gap or a change shows.
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
    number = models.BigIntegerField(
        null=True, blank=True, help_text="In the chain. Empty: not sealed yet."
    )
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index("number", name="audit_chain"),
            models.Index("id", condition=Q(number=None), name="audit_unsealed"),
            models.Index("target_type", "target_id", name="audit_target"),
            models.Index("campaign", models.F("id").desc(), name="audit_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.verb} {self.target_type} {self.target_id}"
