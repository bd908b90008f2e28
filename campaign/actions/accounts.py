"""The campaign's accounts on the networks."""

from collections.abc import Mapping

from django.db import transaction

from campaign import audit
from campaign.models import Account, Campaign, User
from campaign.networks import registry


class OfAnotherCampaign(Exception):
    """The account answers for another campaign already."""


def connect(
    network: str, *, campaign: Campaign, credentials: Mapping[str, str], by: User | None
) -> Account:
    """Store credentials that the network has just accepted, for the account and for its app.

    A known account gets the new credentials and is active again. Raises `NetworkError` (nothing is
    stored) or `OfAnotherCampaign`.
    """
    adapter = registry.introduce(network, credentials=credentials)
    try:
        person = adapter.me()
        adapter.listen_for([])  # changes nothing; refused if the app's token is wrong
    finally:
        adapter.close()
    with transaction.atomic():
        known = Account.objects.select_for_update().filter(network=network, external_id=person.id)
        account = known.first() or Account(network=network, external_id=person.id)
        before = {"status": account.status, "handle": account.handle} if account.pk else {}
        if account.pk and account.campaign_id != campaign.pk:
            raise OfAnotherCampaign(f"@{person.handle} answers for another campaign already.")
        account.campaign = campaign
        account.handle = person.handle
        account.name = person.name[:120]
        account.credentials = dict(credentials)
        account.status = Account.Status.ACTIVE
        account.save()
        after = {"status": account.status, "handle": account.handle}
        audit.record("connected", account, before=before, after=after, by=by)
    return account
