"""Who of a crew takes briefs now: they say so themselves, on their phone."""

from django.db import transaction

from campaign import audit, live
from campaign.models import User
from videos.models import CrewMember, Storyteller


@transaction.atomic
def set_duty(user: User, *, on: bool) -> None:
    """Be asked for films, or rest. The boards of London follow."""
    crew = CrewMember.objects.select_for_update().get(user=user)
    if crew.on_duty == on:
        return
    crew.on_duty = on
    crew.save(update_fields=["on_duty"])
    audit.record("went on duty" if on else "went off duty", crew, by=user)
    theirs = Storyteller.objects.filter(place=crew.place_id).order_by()
    for campaign in theirs.values_list("campaign", flat=True).distinct():
        live.announce("brief", campaign=campaign, place=crew.place_id)
