"""What commands look up by the words of a person, who is told what there is instead."""

from django.core.management.base import CommandError

from campaign.models import Campaign


def campaign(slug: str) -> Campaign:
    """Raises `CommandError`, naming the campaigns that are known."""
    try:
        return Campaign.objects.get(slug=slug)
    except Campaign.DoesNotExist:
        known = ", ".join(Campaign.objects.values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no campaign “{slug}”. Known: {known}.") from None
