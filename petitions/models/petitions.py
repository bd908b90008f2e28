from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from campaign.models import Campaign


class PetitionQuerySet(models.QuerySet["Petition"]):
    def public(self) -> "PetitionQuerySet":
        return self.filter(opens_at__lte=timezone.now())


class Petition(models.Model):
    """What the public is asked to sign. Its row is never written while people sign."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="petitions")
    slug = models.SlugField(unique=True, max_length=60)
    goal = models.PositiveIntegerField(default=1_000)
    opens_at = models.DateTimeField(default=timezone.now)
    closes_at = models.DateTimeField(null=True, blank=True)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="petition_closes_after_opening",
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_open(self) -> bool:
        now = timezone.now()
        return self.opens_at <= now and (self.closes_at is None or now < self.closes_at)


class PetitionText(models.Model):
    """The petition's words in one language."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=160)
    summary = models.CharField(max_length=300)
    addressee = models.CharField(
        max_length=200, help_text="Whom it asks, and when it is handed over."
    )
    body = models.TextField(help_text="Markdown.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "language"], name="petition_text_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.petition_id} in {self.language}"
