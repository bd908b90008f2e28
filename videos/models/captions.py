from django.conf import settings
from django.db import models
from django.db.models import Q

from videos.models.clips import Clip


class CaptionTrackQuerySet(models.QuerySet["CaptionTrack"]):
    def reviewed(self) -> "CaptionTrackQuerySet":
        """What a person has checked: nothing else is shown or posted."""
        return self.filter(reviewed_at__isnull=False)


class CaptionTrack(models.Model):
    """What is said in a clip, in one language, piece by piece.

    In the language that is spoken it is the transcript; in another one a translation. Only a track
    that a person has reviewed is shown or posted. Written by `videos.actions.captions`.
    """

    class Source(models.TextChoices):
        TYPED = "typed", "Typed by a person"
        FILE = "file", "From a subtitle file"
        MACHINE = "machine", "Transcribed by a machine"
        TRANSLATED = "translated", "Translated by a machine"

    clip = models.ForeignKey(Clip, models.CASCADE, related_name="captions")
    language = models.CharField(max_length=8)
    segments: "models.JSONField[list[dict[str, object]], list[dict[str, object]]]" = (
        models.JSONField(
            default=list,
            blank=True,
            help_text='In order: [{"start": 0, "end": 1800, "text": "…"}], in milliseconds.',
        )
    )
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.TYPED)
    revision = models.PositiveIntegerField(
        default=1, help_text="Counts changes, so that nobody writes over another's."
    )
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CaptionTrackQuerySet.as_manager()

    class Meta:
        ordering = ["clip", "language"]
        constraints = [
            models.UniqueConstraint(fields=["clip", "language"], name="one_track_a_language"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="captions_review_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"Captions of {self.clip_id} in {self.language}"

    @property
    def text(self) -> str:
        """All that is said, as one text."""
        return " ".join(str(one["text"]).replace("\n", " ") for one in self.segments)
