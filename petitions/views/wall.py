"""The wall: a page for a big screen that nobody touches, reached by a secret address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaign import live, screens
from campaign.access import NewsroomRequest, newsroom
from campaign.actions import screens as addresses
from petitions.reports.wall import Wall


@require_safe
@never_cache
def wall(request: HttpRequest, key: str) -> HttpResponse:
    """The screen, for whoever holds its address; its figures alone when news came.

    A screen is not signed in: what it shows is public, and it has to outlast every session.
    """
    campaign = screens.campaign_of(key)
    if campaign is None:
        return render(request, "petitions/wall_gone.html", status=404)
    fragment = "#wall" if getattr(request, "htmx", False) else ""
    facts = {
        "wall": Wall(campaign),
        "key": key,
        "screen_campaign": campaign,
        "clocks": settings.WALL_CLOCKS,
        "position": live.position(),
    }
    return render(request, f"petitions/wall.html{fragment}", facts)


@require_safe
@newsroom("campaign.view_reports")
def wall_address(request: NewsroomRequest) -> HttpResponse:
    """Where a manager finds the screen's address, or has a new one made."""
    facts = {"key": request.campaign.screen_key, "root": settings.PUBLIC_URL}
    return render(request, "petitions/wall_address.html", facts)


@require_POST
@newsroom("campaign.view_reports")
def wall_renew(request: NewsroomRequest) -> HttpResponse:
    """A new address; whoever has the old one sees nothing any more."""
    addresses.renew(request.campaign, by=request.user)
    return redirect(reverse("wall-address", kwargs={"campaign": request.campaign.slug}))
