from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models

from campaign.models import Campaign


def newsroom_zone() -> str:
    return settings.TIME_ZONE


class SavedReport(models.Model):
    """A report that somebody comes back to, and gets by mail each week if they want."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="saved_reports")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_reports"
    )
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=600, help_text="Its address, after the question mark.")
    weekly = models.BooleanField(default=False)
    weekday = models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")
    hour = models.PositiveSmallIntegerField(default=8, help_text="Of the day, where they are.")
    zone = models.CharField(max_length=40, default=newsroom_zone)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When the next mail goes; empty when none is wanted."
    )
    mailed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "owner", "name"], name="saved_report_name_is_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6, hour__lte=23), name="saved_report_time_exists"
            ),
            models.CheckConstraint(
                condition=models.Q(weekly=True, due_at__isnull=False)
                | models.Q(weekly=False, due_at=None),
                name="saved_report_due_when_weekly",
            ),
        ]
        indexes = [models.Index("due_at", condition=models.Q(weekly=True), name="saved_report_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
