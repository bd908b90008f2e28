"""Reports that somebody keeps, and gets by mail each week."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from campaign import audit
from campaign.models import Campaign, User
from petitions.models import SavedReport

WEEK = timedelta(days=7)
#: A mail server that fails is asked again after this.
RETRY = timedelta(minutes=10)


class NameTaken(Exception):
    """The person has a report of that name already."""


def save(campaign: Campaign, *, name: str, query: str, by: User) -> SavedReport:
    """Raises NameTaken."""
    try:
        with transaction.atomic():
            saved = SavedReport.objects.create(campaign=campaign, owner=by, name=name, query=query)
            audit.record("saved a report", saved, by=by)
    except IntegrityError:
        raise NameTaken(f"You have a report named “{name}” already.") from None
    return saved


def mail_weekly(saved: SavedReport, *, weekday: int, hour: int, zone: str, by: User) -> None:
    """From the next such hour on, by the clock of that zone."""
    with transaction.atomic():
        saved.weekly, saved.weekday, saved.hour, saved.zone = True, weekday, hour, zone
        saved.due_at = next_time(saved, after=timezone.now())
        saved.save(update_fields=["weekly", "weekday", "hour", "zone", "due_at"])
        audit.record("asked for a weekly report", saved, by=by)


def stop_mail(saved_id: int, *, by: User | None) -> bool:
    """No more mails of it. Any number of times; whether there is such a report."""
    with transaction.atomic():
        found = SavedReport.objects.select_for_update().filter(pk=saved_id).first()
        if found is None:
            return False
        if found.weekly:
            found.weekly, found.due_at = False, None
            found.save(update_fields=["weekly", "due_at"])
            audit.record("stopped a weekly report", found, by=by)
    return True


def forget(saved: SavedReport, *, by: User) -> None:
    with transaction.atomic():
        audit.record("deleted a report", saved, by=by)
        saved.delete()


def next_time(saved: SavedReport, *, after: datetime) -> datetime:
    """The next such hour of the week there; when the clocks change, that hour by the new clock."""
    there = after.astimezone(saved.timezone)
    day = there.date() + timedelta(days=(saved.weekday - there.weekday()) % 7)
    found = datetime(day.year, day.month, day.day, saved.hour, tzinfo=saved.timezone)
    if found <= after:
        later = day + WEEK
        found = datetime(later.year, later.month, later.day, saved.hour, tzinfo=saved.timezone)
    return found


def take_due(saved_id: int) -> SavedReport | None:
    """The report, if its mail is due and this caller is the one to send it.

    The next mail is fixed first, so that a second worker, or the same job once more, finds nothing
    due. A mail that then cannot be sent is put back by `put_back`.
    """
    now = timezone.now()
    saved = SavedReport.objects.filter(pk=saved_id, weekly=True, due_at__lte=now).first()
    if saved is None:
        return None
    mine = SavedReport.objects.filter(pk=saved_id, weekly=True, due_at=saved.due_at)
    after = next_time(saved, after=now)
    return saved if mine.update(due_at=after, mailed_at=now) else None


def put_back(saved: SavedReport) -> None:
    """The mail did not go: it is due again soon."""
    SavedReport.objects.filter(pk=saved.pk, weekly=True).update(
        due_at=timezone.now() + RETRY, mailed_at=F("mailed_at")
    )


def due() -> list[int]:
    late = SavedReport.objects.filter(weekly=True, due_at__lte=timezone.now())
    return list(late.order_by("due_at").values_list("pk", flat=True)[:100])
