"""The dates of a consent: it ends by itself, and asks to be talked about again before it does."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.models import Campaign, User
from campaign.roles import SAFEGUARDING
from videos.actions import footage
from videos.models import Clip, Consent

log = logging.getLogger(__name__)

#: So long before its end a consent is spoken about again, whatever its date of review.
BEFORE_THE_END = timedelta(days=14)
REMIND_AGAIN = timedelta(days=14)
MOST = 200


def expire() -> int:
    """Note consents that have ended; returns how many.

    Nothing is posted with them from that moment on without this job: the gate looks at the date.
    The job writes it down and tells open pages, so that shelves show it.
    """
    over = Consent.objects.newest().filter(
        expires_at__lte=timezone.now(), expired_at=None, withdrawn_at=None
    )
    pks = list(over.values_list("pk", flat=True)[:MOST])
    return sum(_expire(pk) for pk in pks)


def remind() -> int:
    """Mail safeguarding which consents want another talk; returns for how many."""
    now = timezone.now()
    due = Consent.objects.newest().filter(withdrawn_at=None, expired_at=None)
    ends = due.filter(expires_at__gt=now, expires_at__lte=now + BEFORE_THE_END)
    due = due.to_review(at=now) | ends
    due = due.exclude(reminded_at__gt=now - REMIND_AGAIN).select_related("storyteller")
    due = due.defer("witness", "interpreter", "guardian")
    by_campaign: dict[int, list[Consent]] = {}
    for consent in due.order_by("review_at")[:MOST]:
        by_campaign.setdefault(consent.storyteller.campaign_id, []).append(consent)
    return sum(_remind(campaign, consents) for campaign, consents in by_campaign.items())


@transaction.atomic
def _expire(pk: int) -> bool:
    noted = Consent.objects.filter(pk=pk, expired_at=None).update(expired_at=timezone.now())
    if not noted:
        return False
    consent = Consent.objects.defer("witness", "interpreter", "guardian").get(pk=pk)
    storyteller = consent.storyteller
    for clip in Clip.objects.filter(storyteller=storyteller).select_related("storyteller"):
        footage.announce(clip)
    audit.record("consent ended", storyteller, after={"version": consent.version}, by=None)
    return True


def _remind(campaign_id: int, consents: list[Consent]) -> int:
    """One mail for all of a campaign. Its text names nobody: mail is read in many places."""
    campaign = Campaign.objects.get(pk=campaign_id)
    people = User.objects.filter(groups__name=SAFEGUARDING, campaigns=campaign, is_active=True)
    addresses = [address for address in people.values_list("email", flat=True) if address]
    if not addresses:
        log.warning("nobody to remind of %d consents of %s", len(consents), campaign.slug)
        return 0
    count = len(consents)
    what = "1 consent wants" if count == 1 else f"{count} consents want"
    link = f"{settings.PUBLIC_URL}/c/{campaign.slug}/storytellers/?show=review"
    text = (
        f"{what} another talk with the storyteller: does it still hold?\n\n{link}\n\n"
        "Until you have spoken, nothing changes, except that a consent that ends is not used."
    )
    send_mail(f"{campaign.name}: {what} a talk", text, None, addresses)
    Consent.objects.filter(pk__in=[one.pk for one in consents]).update(reminded_at=timezone.now())
    return count
