"""The address of a campaign's big screen."""

import secrets

from django.db import transaction

from campaign import audit
from campaign.models import Campaign, User


def renew(campaign: Campaign, *, by: User) -> None:
    """A new key; the old one opens nothing from now on. The key itself is in no log."""
    with transaction.atomic():
        campaign.screen_key = secrets.token_urlsafe(18)
        campaign.save(update_fields=["screen_key"])
        audit.record("renewed the screen's address", campaign, by=by)
