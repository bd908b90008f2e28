"""What every page of the newsroom shows around its own content."""

from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from campaign import live
from campaign.models import Campaign, Pause, User


def _campaigns(user: User) -> list[Campaign]:
    return list(user.campaigns.all())


def _pause(request: HttpRequest) -> Pause | None:
    campaign = getattr(request, "campaign", None)
    if campaign is None:
        return None
    everybodys = Q(campaign=None, account=None)
    pauses = Pause.objects.active().filter(everybodys | Q(campaign=campaign))
    widest_first = pauses.order_by(
        F("campaign_id").asc(nulls_first=True), F("account_id").asc(nulls_first=True)
    )
    if not pauses.exists():
        return None
    return widest_first.select_related("started_by", "account").first()


def newsroom(request: HttpRequest) -> dict[str, Any]:
    """`campaign` (of the page, or None), `campaigns` (the person's), `pause` (active, or None),
    `live_position` (where the page's news begin)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"campaign": None, "x_web_url": settings.X_WEB_URL}
    return {
        "campaign": getattr(request, "campaign", None),
        "campaigns": SimpleLazyObject(lambda: _campaigns(user)),
        "pause": SimpleLazyObject(lambda: _pause(request)),
        "live_position": SimpleLazyObject(live.position),
        "x_web_url": settings.X_WEB_URL,
    }
