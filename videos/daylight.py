"""The sun over a place: from when to when there is light to film by."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from astral import Observer, sun

from videos.models import Place

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Daylight:
    """Sunrise and sunset of one day at a place, on its own clock, to the minute."""

    rises: datetime
    sets: datetime


def on(place: Place, day: date) -> Daylight | None:
    """The light of a day; None where the place's latitude and longitude are not known."""
    if place.latitude is None or place.longitude is None:
        return None
    there = Observer(place.latitude, place.longitude)
    return Daylight(
        rises=_minute(sun.sunrise(there, date=day, tzinfo=place.tz)),
        sets=_minute(sun.sunset(there, date=day, tzinfo=place.tz)),
    )


@dataclass(frozen=True, slots=True)
class Light:
    """How it is at one moment: `left` is zero in the dark, `until` the next sunset or sunrise."""

    left: timedelta
    until: datetime

    @property
    def is_light(self) -> bool:
        return self.left > timedelta()


def at(place: Place, moment: datetime) -> Light | None:
    """The light at a moment; None where the place's latitude and longitude are not known."""
    there = moment.astimezone(place.tz)
    today = on(place, there.date())
    if today is None:
        return None
    if there < today.rises:
        return Light(timedelta(), today.rises)
    if there < today.sets:
        return Light(today.sets - there, today.sets)
    tomorrow = on(place, there.date() + DAY)
    assert tomorrow is not None  # noqa: S101 - the place is where it was
    return Light(timedelta(), tomorrow.rises)


def _minute(moment: datetime) -> datetime:
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)
