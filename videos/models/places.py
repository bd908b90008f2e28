from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


def check_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError("Write a time zone such as Africa/Nairobi.")


class Place(models.Model):
    """Where a crew films. Only as exact as may be published: a camp or town, and its country."""

    slug = models.SlugField(unique=True, max_length=40)
    name = models.CharField(max_length=80)
    country = models.CharField(max_length=2, help_text="ISO 3166 code, such as KE.")
    country_name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=60, default="UTC", validators=[check_timezone])
    latitude = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(-66), MaxValueValidator(66)],
        help_text="Degrees, for the light there. One decimal is enough and gives nobody away.",
    )
    longitude = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    quiet_from = models.TimeField(
        default=time(20, 30), help_text="No phone rings for us from then on, by the clock there …"
    )
    quiet_until = models.TimeField(default=time(6, 30), help_text="… until then.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.country_name}"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def is_quiet(self, *, at: datetime) -> bool:
        """Whether people there are left in peace at that moment."""
        clock = at.astimezone(self.tz).time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    def rings_at(self, *, at: datetime) -> datetime:
        """The first moment from `at` on that is not quiet."""
        if not self.is_quiet(at=at):
            return at
        there = at.astimezone(self.tz)
        morning = there.replace(
            hour=self.quiet_until.hour, minute=self.quiet_until.minute, second=0, microsecond=0
        )
        return morning if morning > there else morning + timedelta(days=1)


class CrewMember(models.Model):
    """A person of a crew and the one place whose storytellers and clips they may see."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="crew")
    place = models.ForeignKey(Place, models.PROTECT, related_name="crew")
    on_duty = models.BooleanField(
        default=True, help_text="Takes briefs now. They say so themselves, on their phone."
    )

    def __str__(self) -> str:
        return f"{self.user} in {self.place.name}"
