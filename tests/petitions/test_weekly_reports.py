"""Reports that are kept and mailed each week."""

from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.utils import timezone

from campaign.models import Campaign, User
from petitions.actions import saving
from petitions.models import Petition, SavedReport
from petitions.reports import weekly
from tests import factories

pytestmark = pytest.mark.django_db
#: A Wednesday.
NOW = datetime(2026, 3, 25, 15, 30, tzinfo=UTC)


@pytest.fixture
def campaign(petition: Petition) -> Campaign:
    return petition.campaign


@pytest.fixture
def ingrid(campaign: Campaign) -> User:
    return factories.manager(campaign, email="ingrid@example.org")


@pytest.fixture
def saved(campaign: Campaign, ingrid: User) -> SavedReport:
    return saving.save(campaign, name="For the board", query="period=week&by=clip", by=ingrid)


def due(saved: SavedReport) -> SavedReport:
    SavedReport.objects.filter(pk=saved.pk).update(weekly=True, due_at=timezone.now())
    saved.refresh_from_db()
    return saved


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((0, 8, "Europe/London"), "2026-03-30T07:00"),  # the clocks have changed by then
        ((2, 16, "Europe/London"), "2026-03-25T16:00"),
        ((2, 15, "Europe/London"), "2026-04-01T14:00"),
        ((3, 1, "Asia/Tokyo"), "2026-03-25T16:00"),
        ((2, 8, "America/New_York"), "2026-04-01T12:00"),
    ],
)
def test_mail_goes_at_the_hour_where_its_owner_is(
    saved: SavedReport, ingrid: User, wanted: tuple[int, int, str], expected: str
) -> None:
    weekday, hour, zone = wanted
    with time_machine.travel(NOW, tick=False):
        saving.mail_weekly(saved, weekday=weekday, hour=hour, zone=zone, by=ingrid)

    assert saved.due_at is not None
    assert saved.due_at == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_send_says_the_numbers_twice_and_how_to_stop(saved: SavedReport) -> None:
    assert weekly.send(due(saved).pk) is True
    assert weekly.send(saved.pk) is False

    (sent,) = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    html = str(sent.alternatives[0][0])
    assert sent.to == ["ingrid@example.org"]
    assert sent.subject == "I Welcome: For the board"
    for text in (str(sent.body), html):
        assert "Signatures, confirmed" in text
        assert "/weekly/" in text
    assert f"/c/{saved.campaign.slug}/reports/?period=week&by=clip" in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    saved.refresh_from_db()
    assert saved.due_at is not None
    assert saved.due_at > timezone.now()


def test_send_that_fails_is_due_again_soon(saved: SavedReport) -> None:
    with mock.patch.object(EmailMultiAlternatives, "send", side_effect=SMTPServerDisconnected):
        assert weekly.send(due(saved).pk) is False

    saved.refresh_from_db()
    assert saved.due_at is not None
    assert saved.due_at < timezone.now() + timedelta(minutes=11)


@pytest.mark.parametrize("lost", ["role", "campaign", "account"])
def test_send_stops_for_who_may_not_see_it_any_more(
    saved: SavedReport, ingrid: User, lost: str
) -> None:
    if lost == "role":
        ingrid.groups.clear()
    elif lost == "campaign":
        ingrid.campaigns.clear()
    else:
        User.objects.filter(pk=ingrid.pk).update(is_active=False)

    assert weekly.send(due(saved).pk) is False

    saved.refresh_from_db()
    assert (mail.outbox, saved.weekly) == ([], False)


def test_stop_by_the_mails_link_asks_first_and_needs_no_sign_in(
    client: Client, saved: SavedReport
) -> None:
    address = f"/weekly/{weekly.token(due(saved).pk)}/"

    assert "Stop this weekly report?" in client.get(address).content.decode()
    saved.refresh_from_db()
    assert saved.weekly is True
    answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
    assert "No more mails of it" in answer.content.decode()
    saved.refresh_from_db()
    assert (saved.weekly, saved.due_at) == (False, None)
    assert client.post("/weekly/forged/").status_code == 404


def test_save_mail_and_delete_by_hand(client: Client, campaign: Campaign, ingrid: User) -> None:
    client.force_login(ingrid)
    base = f"/c/{campaign.slug}/reports/saved/"

    client.post(f"{base}new/", {"name": "Kakuma", "query": "place=Kakuma&by=clip&evil=1"})
    saved = SavedReport.objects.get()
    assert saved.query == "place=Kakuma&by=clip"
    assert client.post(f"{base}new/", {"name": "Kakuma", "query": ""}).status_code == 409
    facts: dict[str, Any] = {"weekday": 0, "hour": 8, "zone": "Nowhere/At_all"}
    assert client.post(f"{base}{saved.pk}/mail/", facts).status_code == 422
    client.post(f"{base}{saved.pk}/mail/", facts | {"zone": "Africa/Nairobi"})
    saved.refresh_from_db()
    assert (saved.weekly, saved.zone) == (True, "Africa/Nairobi")
    assert "By mail every week" in client.get(base).content.decode()
    client.post(f"{base}{saved.pk}/delete/")
    assert not SavedReport.objects.exists()


def test_a_report_of_somebody_else_is_not_there_for_charlie(
    client: Client, campaign: Campaign, saved: SavedReport
) -> None:
    client.force_login(factories.manager(campaign))
    base = f"/c/{campaign.slug}/reports/saved/"

    assert "For the board" not in client.get(base).content.decode()
    assert client.post(f"{base}{saved.pk}/mail/", {"stop": ""}).status_code == 404
    assert client.post(f"{base}{saved.pk}/delete/").status_code == 404
    client.force_login(factories.editor(campaign))
    assert client.get(base).status_code == 403
    assert client.post(f"{base}new/", {"name": "x"}).status_code == 403
