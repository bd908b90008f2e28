from django.conf import settings
from django.db import models
from django.db.models import F, Q

from videos.models.clips import Clip


class Protection(models.Model):
    """What is hidden in a clip so that nobody in it is recognised, and who vouches for it.

    One person draws, the media worker renders, another person looks at the result and verifies.
    Written by `videos.actions.protection`.
    """

    class Voice(models.TextChoices):
        KEPT = "kept", "As it is"
        CHANGED = "changed", "Changed"
        REMOVED = "removed", "Removed"

    class Status(models.TextChoices):
        NEEDED = "needed", "To be drawn"
        DRAWN = "drawn", "Being rendered"
        RENDERED = "rendered", "Waiting for a second person"
        VERIFIED = "verified", "Verified"

    clip = models.OneToOneField(Clip, models.CASCADE, related_name="protection")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.NEEDED)
    reason = models.CharField(max_length=200, blank=True)
    boxes: "models.JSONField[list[dict[str, object]], list[dict[str, object]]]" = models.JSONField(
        default=list,
        blank=True,
        help_text="Each with keyframes: milliseconds, and left, top, width, height, 0 to 1.",
    )
    voice = models.CharField(max_length=7, choices=Voice.choices, default=Voice.KEPT)
    drawn_at = models.DateTimeField(null=True, blank=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(drawn_at=None, drawn_by=None)
                | Q(drawn_at__isnull=False, drawn_by__isnull=False),
                name="protection_drawing_complete",
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="protection_verification_complete",
            ),
            models.CheckConstraint(
                condition=~Q(verified_by=F("drawn_by")), name="protection_verified_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(status="verified") | Q(verified_at__isnull=False),
                name="protection_verified_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"Protection of {self.clip_id}"
