from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone


class SweepRun(models.Model):
    """How the last run of one of the clock's sweeps went, and how all of them did."""

    name = models.CharField(max_length=120, unique=True, help_text="As settings.CLOCK names it.")
    every = models.FloatField(help_text="Seconds between two runs.")
    ran_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    seconds = models.FloatField(help_text="How long the last run took.")
    slowest = models.FloatField(default=0, help_text="Seconds of the slowest run.")
    found = models.PositiveIntegerField(default=0, help_text="What the last run had to do.")
    found_in_all = models.PositiveBigIntegerField(default=0)
    runs = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True, help_text="The last one, in short.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_late(self) -> bool:
        """Not run for three of its intervals and a minute: the clocks are down, or it hangs."""
        patience = timedelta(seconds=3 * self.every + 60)
        return timezone.now() - self.ran_at > patience
