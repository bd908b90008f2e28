"""A saved report as a mail: the week's numbers in text and in HTML, and the way out of it."""

import logging
from urllib.parse import parse_qsl, urlencode

import django_rq
from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from redis import RedisError

from campaign import mailing
from campaign.mailing import Fate
from petitions.actions import saving
from petitions.models import SavedReport
from petitions.reports import page

log = logging.getLogger(__name__)

SALT = "petitions.weekly-report"
ROWS = 8


def ring() -> None:
    """For the clock: have the mail worker send what is due."""
    try:
        for saved_id in saving.due():
            django_rq.get_queue("mail").enqueue("petitions.jobs.send_report", saved_id)
    except RedisError as error:
        log.warning("weekly reports wait: %s", error)


def send(saved_id: int) -> bool:
    """Send the mail if it is due, to an owner who may still see it. Whether one went out."""
    saved = saving.take_due(saved_id)
    if saved is None:
        return False
    owner = saved.owner
    sees = owner.is_active and owner.has_perm("campaign.view_reports")
    if not (sees and owner.email and owner.campaigns.filter(pk=saved.campaign_id).exists()):
        saving.stop_mail(saved.pk, by=None)
        return False
    fate = mailing.hand_over(compose(saved), about=f"weekly report {saved.pk}")
    if fate == Fate.LATER:
        saving.put_back(saved)
    return fate == Fate.SENT


def compose(saved: SavedReport) -> EmailMultiAlternatives:
    """In the owner's time zone: days begin and end where they are."""
    with timezone.override(saved.timezone):
        report = page.Report(page.asked(saved.campaign, dict(parse_qsl(saved.query))))
        stop = settings.PUBLIC_URL + reverse("report-stop", kwargs={"token": token(saved.pk)})
        address = reverse("reports", kwargs={"campaign": saved.campaign.slug})
        facts = {
            "saved": saved,
            "report": report,
            "rows": report.rows[:ROWS],
            "address": f"{settings.PUBLIC_URL}{address}?{saved.query}",
            "stop": stop,
        }
        mail = EmailMultiAlternatives(
            subject=" ".join(f"{saved.campaign.name}: {saved.name}".split()),
            body=render_to_string("petitions/weekly.txt", facts),
            to=[saved.owner.email],
            headers={
                "Auto-Submitted": "auto-generated",
                "List-Unsubscribe": f"<{stop}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        mail.attach_alternative(render_to_string("petitions/weekly.html", facts), "text/html")
    return mail


def token(saved_id: int) -> str:
    return signing.dumps(saved_id, salt=SALT)


def read_token(text: str) -> int | None:
    try:
        found = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None


def kept(query: str) -> str:
    """An address's question as it is kept: what reports understand, and dates that move along."""
    known = ("period", "from", "to", "by", "against", "place", "language", "network", "lane")
    return urlencode({name: value for name, value in parse_qsl(query) if name in known})[:600]
