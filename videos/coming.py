"""How far films on their way are: what has arrived, how quickly, and when the rest will be here."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from videos import spool
from videos.models import Upload

#: A phone that has brought nothing for so long is out of its network, as far as London can tell.
QUIET = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Coming:
    """A film on its way: bytes that are here, of how many, and when the last of them came."""

    arrived: int
    length: int
    begun_at: datetime
    last_at: datetime
    at: datetime

    @property
    def percent(self) -> int:
        """Below 100: what is whole is not on its way any more."""
        return min(99, self.arrived * 100 // self.length)

    @property
    def rate(self) -> float:
        """Bytes a second since the first one, breaks and all."""
        return self.arrived / max(1.0, (self.last_at - self.begun_at).total_seconds())

    @property
    def left(self) -> timedelta | None:
        """Until the rest is here, if it goes on like this; None while nobody can say."""
        if not self.arrived or self.offline:
            return None
        return timedelta(seconds=(self.length - self.arrived) / self.rate)

    @property
    def offline(self) -> timedelta | None:
        """For how long nothing has come; None while it comes."""
        silence = self.at - self.last_at
        return silence if silence > QUIET else None


def of(upload: Upload, *, at: datetime) -> Coming | None:
    """None before its first byte, and once all of it is here."""
    if upload.begun_at is None or not upload.is_open:
        return None
    arrived, last_at = spool.progress(upload.pk)
    return Coming(
        arrived=arrived,
        length=upload.length,
        begun_at=upload.begun_at,
        last_at=max(upload.begun_at, datetime.fromtimestamp(last_at, UTC)),
        at=at,
    )
