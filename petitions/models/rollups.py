"""Sums that reports read instead of the rows themselves, kept by `petitions.actions.rollups`.

Nothing else writes here, and nothing here is the truth: each row can be counted anew from mentions,
clicks and signatures. Hours are UTC's, days are the newsroom's own.
"""

from django.db import models

from campaign.models import Campaign
from petitions.models.links import TrackedLink


class Slice(models.Model):
    """What reports may be narrowed to, as far as it is known of a row; "" where it is not."""

    place = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, blank=True)
    network = models.CharField(max_length=20, blank=True)
    lane = models.CharField(max_length=8, blank=True)

    class Meta:
        abstract = True


class HourCount(Slice):
    """One closed hour of a campaign, within one slice."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    hour = models.DateTimeField(help_text="The hour's first instant.")
    mentions = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    bots = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)
    by_link = models.PositiveIntegerField(default=0, help_text="Of those confirmed.")

    class Meta:
        indexes = [models.Index("campaign", "hour", name="hour_count_hour")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.hour:%Y-%m-%d %H}"


class LinkDay(models.Model):
    """What one link brought in the closed hours of one day; no link: straight to the page."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    link = models.ForeignKey(TrackedLink, models.CASCADE, null=True, related_name="+")
    day = models.DateField()
    people = models.PositiveIntegerField(default=0)
    bots = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index("campaign", "day", name="link_day_day")]

    def __str__(self) -> str:
        return f"{self.link_id or 'straight'} {self.day}"


class FactDay(Slice):
    """The closed hours of one day by one fact, within one slice: what tables of a report read.

    Each fact is counted by itself, so that a table reads as many rows as it has lines and days,
    however many links there are.
    """

    class By(models.TextChoices):
        COUNTRY = "country", "Country of the signer"
        THEME = "theme", "Theme of the mention"
        CLIP = "clip", "Clip"
        STORYTELLER = "storyteller", "Storyteller"
        PLACE = "place", "Place"
        LANGUAGE = "language", "Language of the reply"
        EDITOR = "editor", "Editor"
        NETWORK = "network", "Network"
        WAIT = "wait", "Time from tweet to reply"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    day = models.DateField()
    by = models.CharField(max_length=12, choices=By.choices)
    key = models.TextField(
        blank=True, help_text="A JSON array of the fact's parts; empty for those without a link."
    )
    mentions = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    bots = models.PositiveIntegerField(default=0)
    confirmed = models.PositiveIntegerField(default=0)
    pending = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index("campaign", "by", "day", name="fact_day_day")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.day} {self.by} {self.key}"


class RollUp(models.Model):
    """How far a campaign is rolled up: hours before this are read from sums, later ones live."""

    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="+")
    closed_until = models.DateTimeField()
    version = models.PositiveSmallIntegerField(
        db_default=1, help_text="Of the sums; see petitions.tallies."
    )
    recount_day = models.DateField(
        null=True, help_text="The next day to compare with its rows; empty when none is under way."
    )
    recounted_at = models.DateTimeField(null=True, help_text="When a whole recount last ended.")
    drift = models.PositiveIntegerField(
        default=0, help_text="Rows that the last recount had to mend: none, or there is a fault."
    )

    def __str__(self) -> str:
        return f"{self.campaign_id} until {self.closed_until:%Y-%m-%d %H}"


class StaleHour(models.Model):
    """An hour that changed after it was over. Written by triggers in the change's own transaction.

    Only ever added to, so that no two changes wait for each other.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, db_constraint=False, related_name="+")
    hour = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.hour:%Y-%m-%d %H}"
