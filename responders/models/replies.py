from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from campaign.models import Account, Campaign, Mention
from petitions.models import TrackedLink
from videos.models import Clip


class ReplyQuerySet(models.QuerySet["Reply"]):
    def approved(self) -> "ReplyQuerySet":
        return self.filter(status=Reply.Status.APPROVED)

    def due(self, *, at: datetime) -> "ReplyQuerySet":
        """Approved, hold over, and not told by the network to wait."""
        return self.approved().filter(due_at__lte=at)

    def posted(self) -> "ReplyQuerySet":
        return self.filter(status=Reply.Status.POSTED)

    def problems(self) -> "ReplyQuerySet":
        return self.filter(status__in=[Reply.Status.UNKNOWN, Reply.Status.PROBLEM])

    def in_campaign(self, campaign: Campaign) -> "ReplyQuerySet":
        return self.filter(mention__campaign=campaign)


class Reply(models.Model):
    """Our answer to one mention: words, clip and link, from draft to posted."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "Needs second eyes"
        APPROVED = "approved", "Approved"
        POSTING = "posting", "Posting"
        POSTED = "posted", "Posted"
        UNKNOWN = "unknown", "Outcome unknown"
        PROBLEM = "problem", "Problem"
        CANCELLED = "cancelled", "Cancelled"
        STALE = "stale", "Waited too long"
        REMOVING = "removing", "Being removed"
        REMOVED = "removed", "Removed"

    #: States in which a post exists, may exist, or is on its way: one a mention and account.
    COMMITTED = (
        Status.SUBMITTED,
        Status.APPROVED,
        Status.POSTING,
        Status.POSTED,
        Status.UNKNOWN,
        Status.PROBLEM,
        Status.STALE,
        Status.REMOVING,
        Status.REMOVED,
    )
    #: States that only an approval leads to.
    APPROVED_ONCE = (
        Status.APPROVED,
        Status.POSTING,
        Status.POSTED,
        Status.UNKNOWN,
        Status.PROBLEM,
        Status.STALE,
        Status.REMOVING,
        Status.REMOVED,
    )

    mention = models.ForeignKey(Mention, models.PROTECT, related_name="replies")
    account = models.ForeignKey(Account, models.PROTECT, related_name="replies")
    clip = models.ForeignKey(Clip, models.PROTECT, null=True, blank=True, related_name="replies")
    link = models.OneToOneField(
        TrackedLink, models.PROTECT, null=True, blank=True, related_name="reply"
    )
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8, default="en")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="written_replies"
    )
    needs_second_eyes = models.BooleanField(default=False)
    second_eyes_reason = models.CharField(max_length=40, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="approved_replies",
    )
    fingerprint = models.CharField(
        max_length=64, blank=True, help_text="Of what was approved: text, rendition, consent, link."
    )
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="Not to be posted before: the hold, or a network's wait."
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="Unreachable in a row.")

    external_id = models.CharField(max_length=40, blank=True, help_text="The network's id.")
    posted_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=20, blank=True, help_text="Its kind, as a code.")
    problem_detail = models.TextField(blank=True, help_text="In the network's own words.")
    problem_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "replies"
        constraints = [
            models.UniqueConstraint(
                fields=["mention", "account"],
                condition=~Q(status__in=["draft", "cancelled"]),
                name="one_reply_a_mention",
            ),
            models.UniqueConstraint(
                fields=["mention", "account", "author"],
                condition=Q(status="draft"),
                name="one_draft_a_person",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "cancelled"])
                | Q(
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                    due_at__isnull=False,
                    clip__isnull=False,
                )
                & ~Q(fingerprint="")
                & ~Q(text=""),
                name="approval_complete",
            ),
            models.CheckConstraint(
                condition=Q(needs_second_eyes=False)
                | Q(approved_by=None)
                | ~Q(approved_by=F("author")),
                name="second_eyes_are_anothers",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["posted", "removing", "removed"])
                | (Q(posted_at__isnull=False) & ~Q(external_id="")),
                name="posted_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status="problem") | (~Q(problem="") & Q(problem_at__isnull=False)),
                name="problem_has_kind",
            ),
        ]
        indexes = [
            models.Index("due_at", condition=Q(status="approved"), name="reply_due"),
            models.Index(
                "status",
                "updated_at",
                condition=Q(status__in=["posting", "unknown", "removing", "problem"]),
                name="reply_in_flight",
            ),
            models.Index("account", models.F("posted_at").desc(), name="reply_posted"),
        ]

    def __str__(self) -> str:
        return f"Reply {self.pk} to @{self.mention.author_handle} ({self.status})"

    @property
    def campaign_id(self) -> int:
        """Whose audit log tells of it."""
        return self.mention.campaign_id
