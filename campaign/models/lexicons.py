from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaign.models.campaigns import Campaign


class ThemeWords(models.Model):
    """A campaign's own words for one theme in one language, in place of those that it came with.

    The newsroom's own stand in `campaign/intake/lexicon/`, where the way to write them is told.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="theme_words")
    language = models.CharField(max_length=8)
    theme = models.CharField(max_length=40)
    entries: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=60), default=list, blank=True
    )

    class Meta:
        verbose_name_plural = "theme words"
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "language", "theme"], name="theme_words_are_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.theme} ({self.language})"


class Ranking(models.Model):
    """By which rules a campaign's queue was ranked last, and how far that has come."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="ranking")
    answerable: "ArrayField[list[str], list[str]]" = ArrayField(
        models.CharField(max_length=40),
        default=list,
        help_text="Themes of which a clip is ready.",
    )
    rules = models.CharField(max_length=64, blank=True, help_text="A hash of what decides.")
    reached = models.BigIntegerField(
        default=0, help_text="Open mentions up to this id have been ranked by these rules."
    )

    def __str__(self) -> str:
        return f"Ranking of {self.campaign_id}"
