"""Many cards at once: dismissed with one reason, and back again."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from campaign.access import NewsroomRequest, newsroom
from responders import queue, reasons
from responders.actions import bulk
from responders.views import pane

USE = "campaign.use_desk"


@require_POST
@newsroom(USE)
def dismiss(request: NewsroomRequest) -> HttpResponse:
    """Answers with the cards as they are now, and a toast with the way back."""
    asked = _ids(request)
    try:
        reason = reasons.read(request.POST.get("reason", ""))
    except reasons.NoReason as error:
        return HttpResponse(str(error), status=pane.CONFLICT, content_type="text/plain")
    done = bulk.dismiss(asked, campaign=request.campaign, reason=reason, by=request.user)
    context = {"dismissed": done, "kept": len(asked) - len(done)}
    return _cards(request, asked, **context)


@require_POST
@newsroom(USE)
def undo(request: NewsroomRequest) -> HttpResponse:
    asked = _ids(request)
    back = bulk.undo(asked, campaign=request.campaign, by=request.user)
    return _cards(request, asked, back=len(back))


def _cards(request: NewsroomRequest, ids: list[int], **told: object) -> HttpResponse:
    filters = pane.filters_of(request.GET)
    if not request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return redirect("desk", campaign=request.campaign.slug)
    context = {
        "mentions": queue.cards(request.campaign, ids[: bulk.MOST]),
        "filters": filters,
        "query": pane.query_of(filters),
        "oob": True,
        **told,
    }
    return render(request, "responders/desk/swept.html", context)


def _ids(request: NewsroomRequest) -> list[int]:
    texts = request.POST.get("ids", "")[:2_000].split(",")
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19][: bulk.MOST]
