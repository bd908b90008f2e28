from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q
from django.db.models.sql.compiler import SQLCompiler

from campaign.models.campaigns import Account, Campaign


@SearchVectorField.register_lookup
class FoundBy(models.Lookup[str]):
    """`vector @@ query`, the query as it is: Django's own would have a dictionary read it first."""

    lookup_name = "found_by"

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list[str | int]]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} @@ ({right})::tsquery", [*left_values, *right_values]


class MentionQuerySet(models.QuerySet["Mention"]):
    def waiting(self) -> "MentionQuerySet":
        return self.filter(status=Mention.Status.WAITING)

    def open(self) -> "MentionQuerySet":
        """Those that somebody still has to answer or dismiss, claimed or not."""
        return self.filter(status__in=Mention.OPEN)

    def replyable(self) -> "MentionQuerySet":
        return self.filter(replyable=True)

    def ranked(self) -> "MentionQuerySet":
        """The order of the queue: most urgent first, then the oldest."""
        return self.order_by("queue_at", "id")

    def found_by(self, query: str) -> "MentionQuerySet":
        """Those that a `tsquery` of `campaign.intake.index` finds; all of them if it is ""."""
        return self.filter(search__found_by=query) if query else self

    def lease_over(self, *, at: datetime) -> "MentionQuerySet":
        return self.filter(status=Mention.Status.CLAIMED, claimed_until__lte=at)


class Mention(models.Model):
    """One post that calls on the campaign, with its author as they were when it came."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        CLAIMED = "claimed", "Claimed"
        BRIEFED = "briefed", "Waiting for footage"
        ANSWERING = "answering", "Being answered"
        ANSWERED = "answered", "Answered"
        DISMISSED = "dismissed", "Dismissed"
        FILTERED = "filtered", "Filtered"
        GONE = "gone", "Deleted on the network"

    class Kind(models.TextChoices):
        POST = "post", "Post"
        REPLY = "reply", "Reply"
        QUOTE = "quote", "Quote"

    OPEN = (Status.WAITING, Status.CLAIMED)

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="mentions")
    account = models.ForeignKey(Account, models.PROTECT, related_name="mentions")
    network = models.CharField(max_length=20, default="x")
    external_id = models.CharField(max_length=40)

    author_id = models.CharField(max_length=40)
    author_handle = models.CharField(max_length=80)
    author_name = models.CharField(max_length=200, blank=True)
    author_avatar = models.URLField(max_length=500, blank=True)
    author_followers = models.PositiveIntegerField(null=True, blank=True)
    author_verified = models.BooleanField(default=False)
    author_bio = models.TextField(blank=True)
    author_location = models.CharField(max_length=200, blank=True)
    author_since = models.DateTimeField(null=True, blank=True)
    country = models.CharField(
        max_length=2, blank=True, help_text="ISO 3166 code, as their profile lets us guess."
    )

    text = models.TextField()
    lang = models.CharField(max_length=8, default="und")
    posted_at = models.DateTimeField()
    received_at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.POST)
    conversation_id = models.CharField(max_length=40, blank=True)
    in_reply_to = models.CharField(
        max_length=40, blank=True, help_text="The network's id of the post it answers or quotes."
    )
    replyable = models.BooleanField(
        default=False, help_text="The network lets us answer it through its API."
    )
    replyable_reason = models.CharField(max_length=40, blank=True)
    sensitive = models.BooleanField(default=False)
    has_media = models.BooleanField(default=False)
    raw = models.JSONField(default=dict, help_text="The network's own JSON.")
    seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When the network last said that it is still there."
    )
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="When its words were erased: its author deleted it."
    )

    priority = models.SmallIntegerField(
        default=0, help_text="The sum of its parts, without the points for waiting."
    )
    priority_parts = models.JSONField(default=dict, help_text="What the priority is made of.")
    queue_at = models.DateTimeField(
        help_text="Its place in the queue, the earliest first: when it was received, and so much "
        "earlier for each point. Waiting longer thus never changes the order of two."
    )
    doubt = models.CharField(
        max_length=10, blank=True, help_text="What it looks like: hostile, off_topic, or nothing."
    )
    trusted = models.BooleanField(
        default=False, help_text="An editor said that it belongs in the queue, doubt or not."
    )
    themes: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=40), default=list, blank=True
    )

    search = SearchVectorField(
        default="",
        help_text="Its words, and what it can be filtered by (campaign/intake/index.py).",
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    reason = models.CharField(
        max_length=40, blank=True, help_text="Why it was dismissed or filtered."
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="claims"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="handled"
    )
    handled_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was answered or dismissed."
    )

    objects = MentionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "external_id"], name="mention_is_unique"),
            models.CheckConstraint(
                condition=Q(
                    status="claimed",
                    claimed_by__isnull=False,
                    claimed_at__isnull=False,
                    claimed_until__isnull=False,
                )
                | (~Q(status="claimed") & Q(claimed_until=None)),
                name="mention_claim_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["dismissed", "filtered"]) | ~Q(reason=""),
                name="mention_refusal_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "replyable", "queue_at", "id"],
                condition=Q(status__in=["waiting", "claimed"], doubt=""),
                name="mention_in_queue",
            ),
            # Of the same without what is claimed: whoever claims the next one passes over nothing.
            models.Index(
                fields=["campaign", "replyable", "queue_at", "id"],
                condition=Q(status="waiting", doubt=""),
                name="mention_free",
            ),
            models.Index(
                fields=["campaign", "queue_at", "id"],
                condition=Q(status__in=["waiting", "claimed"]) & ~Q(doubt=""),
                name="mention_in_doubt",
            ),
            GinIndex(fields=["search"], name="mention_search"),
            models.Index(
                fields=["conversation_id", "posted_at"],
                condition=~Q(conversation_id=""),
                name="mention_conversation",
            ),
            models.Index("claimed_until", condition=Q(status="claimed"), name="mention_leases"),
            models.Index("network", "author_id", "posted_at", name="mention_author"),
            models.Index("campaign", "status", models.F("id").desc(), name="mention_lane"),
            models.Index("campaign", "received_at", name="mention_received"),
            models.Index(
                "account", "seen_at", condition=Q(erased_at=None), name="mention_to_look_after"
            ),
        ]

    def __str__(self) -> str:
        return f"@{self.author_handle}: {self.text[:40]}"

    @property
    def is_rtl(self) -> bool:
        return self.lang in {"ar", "fa", "he", "ur", "ckb", "ps"}


class OptOut(models.Model):
    """Somebody whom we never answer again: they asked, or we blocked them."""

    class Reason(models.TextChoices):
        ASKED = "asked", "Asked to be left alone"
        BLOCKED = "blocked", "Blocked by us"

    class Channel(models.TextChoices):
        WORDS = "words", "Said so in a post to us"
        BUTTON = "button", "Noted by a person here"

    network = models.CharField(max_length=20, default="x")
    author_id = models.CharField(max_length=40)
    author_handle = models.CharField(max_length=80)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.BUTTON)
    words = models.CharField(max_length=80, blank=True, help_text="By which they said so.")
    mention = models.ForeignKey(
        Mention,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Which said so.",
    )
    carried_out_at = models.DateTimeField(
        null=True, blank=True, help_text="When all that waited of theirs was dismissed."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "author_id"], name="opt_out_is_unique")
        ]
        indexes = [
            models.Index("id", condition=Q(carried_out_at=None), name="opt_out_to_carry_out")
        ]

    def __str__(self) -> str:
        return f"@{self.author_handle} ({self.get_reason_display()})"
