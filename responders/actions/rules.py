"""The rules of a campaign's approvals: how long one can undo, and when two people read."""

from collections.abc import Mapping

from django.db import transaction

from campaign import audit
from campaign.models import Campaign, User


def change(campaign: Campaign, *, rules: Mapping[str, int | bool], by: User) -> list[str]:
    """Set RULES, by the names of the campaign's fields. Returns those that are new.

    They hold for what is approved from now on: a reply that waits for second eyes goes on waiting.
    """
    with transaction.atomic():
        locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
        changed = [name for name, value in rules.items() if getattr(locked, name) != value]
        before = {name: getattr(locked, name) for name in changed}
        for name in changed:
            setattr(locked, name, rules[name])
        if changed:
            locked.save(update_fields=changed)
            after = {name: rules[name] for name in changed}
            audit.record(
                "changed the rules of approval", campaign, before=before, after=after, by=by
            )
    return changed
