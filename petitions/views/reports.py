"""What the campaign does for the petition, for those who may see reports."""

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from campaign import spreadsheet
from campaign.access import NewsroomRequest, newsroom
from petitions.reports import export, page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@newsroom("campaign.view_reports")
def reports(request: NewsroomRequest) -> HttpResponse:
    """The funnel, the charts and the tables; their fragment alone when news of counts came."""
    report = page.Report(page.asked(request.campaign, request.GET.dict()))
    fragment = "#figures" if getattr(request, "htmx", False) else ""
    return render(request, f"petitions/report.html{fragment}", {"report": report})


@require_safe
@newsroom("campaign.view_reports")
def reports_csv(request: NewsroomRequest) -> HttpResponseBase:
    """One table, every row. It holds no personal data."""
    sheet = _sheet(request)
    body = spreadsheet.lines(sheet.head, sheet.lines)
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    return _as_file(response, request, f"{sheet.name}.csv")


@require_safe
@newsroom("campaign.view_reports")
def reports_xlsx(request: NewsroomRequest) -> HttpResponseBase:
    """The same as a spreadsheet."""
    sheet = _sheet(request)
    try:
        file = spreadsheet.workbook(sheet.name, sheet.head, sheet.lines)
    except spreadsheet.TooLong:
        return render(
            request,
            "petitions/report_too_long.html",
            {"most": spreadsheet.MOST_IN_WORKBOOK, "query": request.GET.urlencode()},
            status=422,
        )
    return _as_file(FileResponse(file, content_type=XLSX), request, f"{sheet.name}.xlsx")


def _sheet(request: NewsroomRequest) -> export.Sheet:
    wanted = page.asked(request.campaign, request.GET.dict())
    return export.sheet(wanted, what=request.GET.get("what", "table"))


def _as_file(response: HttpResponseBase, request: NewsroomRequest, name: str) -> HttpResponseBase:
    today = timezone.localdate().isoformat()
    stem, _, ending = name.rpartition(".")
    whole = f"{request.campaign.slug}-{stem}-{today}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{whole}"'
    response["Cache-Control"] = "no-store"
    return response
