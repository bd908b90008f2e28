from django.db import models
from django.db.models import Q

from campaign.models import Account
from responders.models.replies import Reply
from videos.models import Clip


class Attempt(models.Model):
    """One try to create the post, written and committed before the request leaves."""

    class Outcome(models.TextChoices):
        POSTED = "posted", "Posted"
        REFUSED = "refused", "Refused"
        LIMITED = "limited", "Told to wait"
        UNREACHABLE = "unreachable", "Not reached"
        UNKNOWN = "unknown", "Unknown"

    reply = models.ForeignKey(Reply, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    external_id = models.CharField(max_length=40, blank=True)
    request = models.JSONField(default=dict, help_text="What was sent. No secrets.")
    response = models.JSONField(default=dict, help_text="What came back. No secrets.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "number"], name="attempt_number_is_unique"),
            models.UniqueConstraint(
                fields=["reply"], condition=Q(outcome=""), name="one_attempt_in_flight"
            ),
            models.UniqueConstraint(
                fields=["reply"], condition=Q(outcome="posted"), name="one_attempt_posts"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", finished_at=None)
                | (~Q(outcome="") & Q(finished_at__isnull=False)),
                name="attempt_end_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number} of reply {self.reply_id}: {self.outcome or 'in flight'}"


class Look(models.Model):
    """One look at our own timeline for a reply whose outcome is unknown."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="looks")
    at = models.DateTimeField()
    posts_seen = models.PositiveSmallIntegerField(null=True, blank=True)
    found_id = models.CharField(max_length=40, blank=True)
    failure = models.CharField(
        max_length=200, blank=True, help_text="Why nothing could be seen, if so."
    )

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"Look at {self.at:%H:%M:%S}: {self.found_id or 'not there'}"


class MediaUpload(models.Model):
    """A rendition made ready on an account's network, ahead of the posts that use it."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting"
        UPLOADING = "uploading", "Uploading"
        PROCESSING = "processing", "Being prepared by the network"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"

    account = models.ForeignKey(Account, models.CASCADE, related_name="media_uploads")
    clip = models.ForeignKey(Clip, models.CASCADE, related_name="media_uploads")
    sha256 = models.CharField(max_length=64, help_text="Of the rendition.")
    media_id = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    bytes_total = models.PositiveBigIntegerField(default=0)
    bytes_sent = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    check_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "sha256"], name="media_upload_is_unique"),
            models.CheckConstraint(
                condition=~Q(state="ready") | (~Q(media_id="") & Q(expires_at__isnull=False)),
                name="media_ready_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:8]} for {self.account}: {self.state}"
