from django.conf import settings
from django.db import models
from django.db.models import F, Q

from campaign.models import Campaign, Mention
from responders.models.replies import Reply


class Notice(models.Model):
    """A word to one person about something of theirs that a colleague did."""

    class Kind(models.TextChoices):
        EDITED = "edited", "Approved with changes"
        SENT_BACK = "sent_back", "Sent back"
        HANDED_OVER = "handed_over", "Handed over"
        BY_HAND = "by_hand", "Approved, to post by hand"

    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    mention = models.ForeignKey(Mention, models.CASCADE, related_name="notices")
    reply = models.ForeignKey(Reply, models.CASCADE, null=True, blank=True, related_name="notices")
    words = models.TextField(blank=True, help_text="What the colleague wrote, if anything.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index("to", "campaign", condition=Q(read_at=None), name="notice_unread"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(to=F("by")), name="notice_is_from_another")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: to {self.to_id} from {self.by_id}"


class ShiftNote(models.Model):
    """What those who leave tell those who come."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="shift_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(max_length=1000)
    at = models.DateTimeField()
    read_by: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index("campaign", F("at").desc(), name="shift_note_newest")]

    def __str__(self) -> str:
        return f"{self.author} at {self.at:%H:%M}"
