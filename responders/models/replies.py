from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from campaign.models import Account, Campaign, Mention, User
from campaign.models.expressions import IsAmong
from campaign.prepared import Given
from petitions.models import TrackedLink
from videos.models import Clip


class ReplyQuerySet(models.QuerySet["Reply"]):
    def approved(self) -> "ReplyQuerySet":
        return self.filter(status=Reply.Status.APPROVED)

    def due(self, *, at: datetime | Given) -> "ReplyQuerySet":
        """Approved, hold over, and not told by the network to wait."""
        return self.approved().filter(due_at__lte=at)

    def drafts_for(self, mention: Mention, *, by: User) -> "ReplyQuerySet":
        """A person's candidates for one mention, A first."""
        drafts = self.filter(mention=mention, author=by, status=Reply.Status.DRAFT)
        return drafts.order_by("variant")

    def by_hand(self) -> "ReplyQuerySet":
        """Approved, and to be posted by a person on the network itself."""
        return self.filter(status=Reply.Status.BY_HAND)

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
        BY_HAND = "by_hand", "To post by hand"
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
        Status.BY_HAND,
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
        Status.BY_HAND,
        Status.POSTING,
        Status.POSTED,
        Status.UNKNOWN,
        Status.PROBLEM,
        Status.STALE,
        Status.REMOVING,
        Status.REMOVED,
    )

    #: A draft's letter: A, B, C, D.
    LETTERS = "ABCD"
    #: What a draft says of itself when another candidate was approved instead.
    NOT_CHOSEN = "not_chosen"
    #: And when its author took it away from beside the others.
    DISCARDED = "discarded"

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
    variant = models.PositiveSmallIntegerField(
        default=0, help_text="Which of its author's candidates: 0 is A."
    )
    version = models.PositiveSmallIntegerField(
        default=1, help_text="Grows when its approver changes the text."
    )
    writers: "ArrayField[list[int], list[int]]" = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="Ids of all who had it before its author: none of them is its second eyes.",
    )
    by_hand = models.BooleanField(
        default=False,
        help_text="A person posts or posted it: the network takes it from nobody else.",
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
    seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When the network last said that it still stands."
    )
    missing_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was missed first; the second look decides."
    )
    removed_at = models.DateTimeField(null=True, blank=True)
    takedown = models.ForeignKey(
        "Takedown", models.PROTECT, null=True, blank=True, related_name="replies"
    )
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
                fields=["mention", "account", "author", "variant"],
                condition=Q(status="draft"),
                name="one_draft_a_letter",
            ),
            models.CheckConstraint(condition=Q(variant__lt=4), name="four_candidates"),
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
                | ~Q(approved_by=F("author")) & ~Q(IsAmong(F("approved_by"), F("writers"))),
                name="second_eyes_are_anothers",
            ),
            models.CheckConstraint(
                condition=~Q(status="by_hand") | Q(by_hand=True), name="by_hand_says_so"
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
    def letter(self) -> str:
        return self.LETTERS[self.variant]

    @property
    def campaign_id(self) -> int:
        """Whose audit log tells of it."""
        return self.mention.campaign_id


class Revision(models.Model):
    """A reply's text as it stood in one version, for the author whose words were changed."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["reply", "number"], name="revision_is_unique")
        ]

    def __str__(self) -> str:
        return f"Version {self.number} of reply {self.reply_id}"
