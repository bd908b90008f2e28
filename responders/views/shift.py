"""My day: what I answered, what waits, how fast, and when a break would be good."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from responders import breaks
from responders.models import ShiftNote
from responders.reports import shift

USE = "campaign.use_desk"
NOTES = 5


@require_safe
@newsroom(USE)
def my_day(request: NewsroomRequest) -> HttpResponse:
    notes = ShiftNote.objects.filter(campaign=request.campaign).select_related("author")
    context = {
        "day": shift.day(request.campaign, by=request.user),
        "notes": notes[:NOTES],
        "section": "my-day",
    }
    return render(request, "responders/shift/my_day.html", context)


@require_POST
@newsroom(USE)
def took_break(request: NewsroomRequest) -> HttpResponse:
    breaks.took_one(request.user)
    return redirect("my-day", campaign=request.campaign.slug)
