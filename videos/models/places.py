from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
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

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.country_name}"

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class CrewMember(models.Model):
    """A person of a crew and the one place whose storytellers and clips they may see."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="crew")
    place = models.ForeignKey(Place, models.PROTECT, related_name="crew")

    def __str__(self) -> str:
        return f"{self.user} in {self.place.name}"
