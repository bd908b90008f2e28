import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from campaign.models import Campaign, Mention, User
from videos.models.places import CrewMember, Place
from videos.models.storytellers import Storyteller

#: A phone says that a brief was taken back for so long.
SHOWN_AFTER = timedelta(hours=3)


class BriefQuerySet(models.QuerySet["Brief"]):
    def open(self) -> "BriefQuerySet":
        """Those that a crew still has to do something about."""
        return self.filter(status__in=Brief.OPEN)

    def unsettled(self) -> "BriefQuerySet":
        """Those that London waits for or must decide on: open, declined, or not ready yet."""
        waits = Q(status=Brief.Status.RECEIVED, ready_at=None)
        return self.filter(
            Q(status__in=[*Brief.OPEN, Brief.Status.DECLINED]) | waits, replacement=None
        )

    def at(self, place: Place) -> "BriefQuerySet":
        return self.filter(place=place)

    def on_phone(self, *, at: datetime) -> "BriefQuerySet":
        """What a crew sees of theirs: those to do, and those lately taken back that they saw."""
        lately = Q(cancelled_at__gte=at - SHOWN_AFTER, seen_at__isnull=False)
        return self.filter(Q(status__in=Brief.OPEN) | lately).order_by("deadline", "pk")

    def late(self, *, at: datetime) -> "BriefQuerySet":
        return self.open().filter(deadline__lt=at)

    def seen_by(self, user: User) -> "BriefQuerySet":
        """A crew member sees their own place's; editors those of the campaigns they belong to."""
        crew = CrewMember.objects.filter(user=user).first()
        if crew is not None:
            return self.filter(place=crew.place_id)
        if not user.has_perm("campaign.use_desk"):
            return self.none()
        return self.filter(campaign__in=user.campaigns.all())


class Brief(models.Model):
    """What London asks a crew to film: for one mention, or without one.

    `sent → accepted → filming → received`, with `declined` and `cancelled` beside; each step has
    its time. Given to somebody else, a brief is replaced by a new one, so that a crew never reads
    what was written with another, and each row's times are one crew's.
    """

    class Status(models.TextChoices):
        SENT = "sent", "Sent"
        ACCEPTED = "accepted", "Accepted"
        FILMING = "filming", "Filming"
        RECEIVED = "received", "In London"
        DECLINED = "declined", "Declined"
        CANCELLED = "cancelled", "Cancelled"

    class Refusal(models.TextChoices):
        NOBODY = "nobody", "Nobody who fits is here"
        UNWELL = "unwell", "They are not well, or not willing"
        UNSAFE = "unsafe", "It is not safe now"
        LIGHT = "light", "No light or power"
        BUSY = "busy", "Too much to do"
        OTHER = "other", "Another reason"

    OPEN = (Status.SENT, Status.ACCEPTED, Status.FILMING)

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="briefs")
    mention = models.ForeignKey(
        Mention, models.PROTECT, null=True, blank=True, related_name="briefs"
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="briefs")
    storyteller = models.ForeignKey(
        Storyteller,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="briefs",
        help_text="Empty: whoever fits.",
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replacement"
    )
    words = models.TextField(max_length=500, help_text="What to say.")
    language = models.CharField(max_length=8, help_text="The language to speak.")
    gist = models.TextField(max_length=500, blank=True, help_text="The same for the crew to read.")
    gist_language = models.CharField(max_length=8, blank=True)
    deadline = models.DateTimeField()
    reasons = models.JSONField(
        default=list, help_text="Why this place, as it was when sent: pairs of heading and words."
    )

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SENT)
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="sent_briefs"
    )
    seen_at = models.DateTimeField(
        null=True, blank=True, help_text="When it first stood on a phone there."
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    filming_at = models.DateTimeField(null=True, blank=True)
    uploading_at = models.DateTimeField(
        null=True, blank=True, help_text="When the first byte of a film for it came."
    )
    received_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(
        null=True, blank=True, help_text="When its first clip was on the shelf."
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    refusal = models.CharField(max_length=8, choices=Refusal.choices, blank=True)
    refusal_words = models.CharField(max_length=300, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty when there was nobody left to answer.",
    )

    objects = BriefQuerySet.as_manager()

    class Meta:
        ordering = ["sent_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mention"],
                condition=Q(status__in=["sent", "accepted", "filming"]),
                name="one_open_brief_a_mention",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="brief_acceptance_complete",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "filming"]) | Q(accepted_at__isnull=False),
                name="brief_accepted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="filming") | Q(filming_at__isnull=False),
                name="brief_filming_has_time",
            ),
            models.CheckConstraint(
                condition=Q(status="received", received_at__isnull=False)
                | (~Q(status="received") & Q(received_at=None)),
                name="brief_received_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="declined")
                | (Q(declined_at__isnull=False, declined_by__isnull=False) & ~Q(refusal="")),
                name="brief_refusal_complete",
            ),
            models.CheckConstraint(
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                | (~Q(status="cancelled") & Q(cancelled_at=None)),
                name="brief_cancelled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(deadline__gt=F("sent_at")), name="brief_deadline_after_sent"
            ),
        ]
        indexes = [
            models.Index(
                "place",
                "sent_at",
                condition=Q(status__in=["sent", "accepted", "filming"]),
                name="brief_of_place",
            ),
            models.Index("campaign", "status", F("sent_at").desc(), name="brief_board"),
        ]

    def __str__(self) -> str:
        return f"Brief {self.pk} to {self.place.name}"

    @property
    def is_open(self) -> bool:
        return self.status in Brief.OPEN

    def is_late(self, *, at: datetime) -> bool:
        return self.is_open and self.deadline < at


class BriefMessage(models.Model):
    """One line between a crew and London about a brief."""

    brief = models.ForeignKey(Brief, models.CASCADE, related_name="messages")
    key = models.UUIDField(
        unique=True, default=uuid.uuid4, help_text="From the sender: sent again, it is the same."
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    from_crew = models.BooleanField()
    text = models.CharField(max_length=500)
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["sent_at", "id"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"
