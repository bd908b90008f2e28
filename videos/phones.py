"""The people and phones of a campaign's crews, as the coordinator's page shows them."""

from django.db.models import F, QuerySet

from campaign.models import Campaign, Device, User


def people_of(campaign: Campaign) -> QuerySet[User]:
    """The people who film for a campaign, by place and name."""
    crews = User.objects.filter(campaigns=campaign, crew__isnull=False, is_active=True)
    return crews.select_related("crew__place").order_by("crew__place__name", "name", "username")


def phones_of(campaign: Campaign) -> QuerySet[Device]:
    """Their phones: those that are not signed out first, by place, the newest first."""
    devices = Device.objects.filter(user__campaigns=campaign, user__crew__isnull=False)
    return devices.select_related("user__crew__place", "invited_by", "revoked_by").order_by(
        F("revoked_at").desc(nulls_first=True), "user__crew__place__name", "-invited_at"
    )
