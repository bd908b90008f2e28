"""The campaign's petitions, with their switches, for those who manage them."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from petitions.actions import switches
from petitions.models import Petition
from petitions.views import desk


@require_safe
@newsroom("campaign.manage_petitions")
def petitions(request: NewsroomRequest) -> HttpResponse:
    """Every petition of the campaign: its numbers, its open alerts, the way to its pages."""
    found = (
        Petition.objects.filter(campaign=request.campaign)
        .select_related("count")
        .annotate(open_alerts=Count("alerts", filter=Q(alerts__seen_at=None)), title=desk.TITLE)
        .order_by("-opens_at", "-id")
    )
    return render(request, "petitions/manage.html", {"petitions": found})


@require_POST
@desk.of_petition
def switch(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """Pause signing or counting, or go on."""
    what, on = request.POST.get("what", ""), request.POST.get("on") == "1"
    if what in switches.NAMES:
        switches.set_switch(petition, what, on=on, by=request.user)
        messages.success(request, switches.NAMES[what][on])
    return desk.back(petition, "review")
