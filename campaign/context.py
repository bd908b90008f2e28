"""What every page of the newsroom shows around its own content."""

from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from campaign import live
from campaign.models import Pause
from campaign.prepared import Given, Prepared

#: The widest first.
_PAUSES = Prepared(
    lambda: (
        Pause.objects.active()
        .filter(Q(campaign=None, account=None) | Q(campaign=Given("campaign")))
        .order_by(F("campaign_id").asc(nulls_first=True), F("account_id").asc(nulls_first=True))
        .values_list("pk", flat=True)[:1]
    )
)


def _pause(request: HttpRequest) -> Pause | None:
    campaign = getattr(request, "campaign", None)
    pk = None if campaign is None else _PAUSES.first(campaign=campaign.pk)
    if pk is None:
        return None
    return Pause.objects.select_related("started_by", "account").filter(pk=pk).first()


def newsroom(request: HttpRequest) -> dict[str, Any]:
    """`campaign` (of the page, or None), `campaigns` (the person's), `pause` (active, or None),
    `live_position` (where the page's news begin)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"campaign": None, "x_web_url": settings.X_WEB_URL}
    return {
        "campaign": getattr(request, "campaign", None),
        "campaigns": SimpleLazyObject(lambda: list(user.campaigns.all())),
        "pause": SimpleLazyObject(lambda: _pause(request)),
        "live_position": SimpleLazyObject(live.position),
        "x_web_url": settings.X_WEB_URL,
    }
