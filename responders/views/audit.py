"""The audit log: one tweet's history for editors, all of it for those who answer for it."""

from urllib.parse import urlencode

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaign import spreadsheet
from campaign.access import NewsroomRequest, newsroom
from responders.reports import audit as report
from responders.views import pane

READ = "campaign.view_audit"


@require_safe
@newsroom(READ)
def audit(request: NewsroomRequest) -> HttpResponse:
    """What was done in the campaign, the newest first. For htmx the next lines alone."""
    search = report.Search.read(request.GET.dict())
    before = request.GET.get("before", "")
    start = int(before) if before.isdecimal() and len(before) < 19 else None
    lines, following = report.page(request.campaign, search, before=start)
    context = {
        "lines": lines,
        "following": following,
        "search": search,
        "query": urlencode(search.asked),
        "people": report.people_of(request.campaign),
        "verbs": report.WORDS,
        "section": "audit",
    }
    name = "lines" if getattr(request, "htmx", False) and start else "audit"
    return render(request, f"responders/audit/{name}.html", context)


@require_safe
@newsroom(READ)
def export(request: NewsroomRequest) -> HttpResponseBase:
    """What the search finds, all of it, sent as it is read."""
    search = report.Search.read(request.GET.dict())
    rows = report.rows(request.campaign, search)
    response = StreamingHttpResponse(
        spreadsheet.lines(report.HEAD, rows), content_type="text/csv; charset=utf-8"
    )
    name = f"{request.campaign.slug}-audit-{timezone.localdate().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@newsroom("campaign.use_desk")
def history(request: NewsroomRequest, pk: int) -> HttpResponse:
    """All that happened to one tweet. For htmx the list alone."""
    mention = pane.mention_of(request, pk)
    context = {"mention": mention, "lines": report.timeline(mention), "section": "desk"}
    name = "timeline" if getattr(request, "htmx", False) else "history"
    return render(request, f"responders/audit/{name}.html", context)
