from django.conf import settings
from django.db import models

from videos.models.clips import Clip


class CustodyEvent(models.Model):
    """One thing that happened to a clip's files: who, when, what, and the file's hash.

    Append-only: a trigger in the database refuses UPDATE and DELETE. Each event of a clip carries
    the hash of the one before it. Written by `videos.custody.record` alone.
    """

    class Kind(models.TextChoices):
        HASHED = "hashed", "Hashed on the phone"
        RECEIVED = "received", "Received, hash checked"
        MADE = "made", "Files made from it"
        REFUSED = "refused", "Refused"
        PROTECTED = "protected", "Protection drawn"
        VERIFIED = "verified", "Protection verified"
        ACCEPTED = "accepted", "Accepted in London"
        CAPTIONED = "captioned", "Captions changed"
        VIEWED = "viewed", "Original looked at"
        UPLOADED = "uploaded", "Uploaded to a network"
        POSTED = "posted", "Posted"
        REMOVED = "removed", "Removed from a network"
        RETIRED = "retired", "Retired"
        WITHDRAWN = "withdrawn", "Consent withdrawn"
        HELD = "held", "Legal hold changed"
        PURGED = "purged", "Files deleted"
        EXPORTED = "exported", "Exported"

    clip = models.ForeignKey(Clip, models.PROTECT, related_name="custody")
    number = models.PositiveIntegerField(help_text="Counts the events of the clip from 1.")
    kind = models.CharField(max_length=9, choices=Kind.choices)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the file it is about.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty when the newsroom acted by itself.",
    )
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["clip", "number"]
        constraints = [
            models.UniqueConstraint(fields=["clip", "number"], name="custody_number_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.clip_id} no. {self.number}"
