from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaign.encryption import EncryptedJSONField
from campaign.models import Device
from videos.models.briefs import Brief


class PushSubscriptionQuerySet(models.QuerySet["PushSubscription"]):
    def trusted(self) -> "PushSubscriptionQuerySet":
        """Those of people who still work here, on phones that were not signed out."""
        phone = Q(device=None) | Q(device__revoked_at=None)
        return self.filter(phone, user__is_active=True)


class PushSubscription(models.Model):
    """A browser that may ring for somebody. Who knows its address and keys could ring, too."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_subscriptions"
    )
    device = models.ForeignKey(Device, models.CASCADE, null=True, blank=True, related_name="+")
    endpoint_hash = models.CharField(max_length=64, unique=True)
    subscription: "EncryptedJSONField | dict[str, Any]" = EncryptedJSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PushSubscriptionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Push to {self.user}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def owed(self, *, at: datetime) -> "NoticeQuerySet":
        return self.filter(sent_at=None, dropped_at=None, due_at__lte=at)


class Notice(models.Model):
    """Something a crew member is to be told away from the page: by push, or by mail."""

    class Kind(models.TextChoices):
        NEW = "new", "A new brief"
        TAKEN_BACK = "back", "A brief was taken back"
        LINE = "line", "London wrote"

    class Channel(models.TextChoices):
        PUSH = "push", "Push"
        MAIL = "mail", "Mail"

    brief = models.ForeignKey(Brief, models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    channel = models.CharField(max_length=4, choices=Channel.choices)
    due_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(
        help_text="Not before: the quiet hours there, or the pause after a try."
    )
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="When there was nothing to tell any more, or no way."
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(dropped_at=None), name="notice_sent_or_dropped"
            )
        ]
        indexes = [
            models.Index("due_at", condition=Q(sent_at=None, dropped_at=None), name="notice_owed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.user}"
