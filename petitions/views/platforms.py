"""Other platforms of a petition: what comes in, what goes out. For managers."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.access import NewsroomRequest
from petitions import outward, sheets
from petitions.actions import imports, outgoing
from petitions.actions import platforms as actions
from petitions.actions.platforms import Secrets
from petitions.models import CsvImport, Petition, Source, WebhookEndpoint
from petitions.views import desk

#: Messages of an endpoint's log that the page shows.
LOG = 30


@require_safe
@desk.of_petition
def platforms(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """Sources of signatures, files, and webhooks, each with how it does."""
    return _show(request, petition)


def _show(
    request: NewsroomRequest,
    petition: Petition,
    *,
    made: tuple[Source, Secrets] | None = None,
    secret: tuple[WebhookEndpoint, str] | None = None,
    **more: Any,
) -> HttpResponse:
    sources = (
        Source.objects.filter(petition=petition)
        .annotate(taken_in=Count("signatures"))
        .order_by("-active", "name")
    )
    context = {
        "petition": petition,
        "sources": sources,
        "kinds": Source.Kind.choices,
        "files": CsvImport.objects.filter(source__petition=petition)
        .defer("content", "problems")
        .select_related("source", "by")
        .order_by("-at")[:20],
        "endpoints": WebhookEndpoint.objects.filter(petition=petition).order_by("-active", "pk"),
        "made": made[0] if made else None,
        "hook_address": _hook_address(request, made[1]) if made else "",
        "signing_secret": made[1].signing if made else "",
        "endpoint_made": secret[0] if secret else None,
        "endpoint_secret": secret[1] if secret else "",
    } | more
    return render(request, "petitions/platforms.html", context)


def _hook_address(request: NewsroomRequest, made: Secrets) -> str:
    if not made.token:
        return ""
    return request.build_absolute_uri(reverse("hook", kwargs={"token": made.token}))


@require_POST
@desk.of_petition
def add_source(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """The page that answers shows the secrets, once."""
    written = request.POST
    try:
        made = actions.add_source(
            petition,
            kind=written.get("kind", "")
            if written.get("kind") in Source.Kind.values
            else Source.Kind.CSV,
            name=_text(written.get("name", "")),
            url=_text(written.get("url", "")),
            json_path=_text(written.get("json_path", "")),
            api_key=_text(written.get("api_key", "")),
            signed=written.get("signed") == "on",
            by=request.user,
        )
    except (actions.Wrong, outward.Refused) as error:
        messages.error(request, f"Nothing was added. {error}")
        return desk.back(petition, "platforms")
    messages.success(request, f"{made[0].name} is added.")
    return _show(request, petition, made=made)


def _text(value: str) -> str:
    return value.strip()[:500]


@require_POST
@desk.of_petition
def change_source(request: NewsroomRequest, petition: Petition, pk: int) -> HttpResponse:
    """Stop it, resume it, or type in its number."""
    source = get_object_or_404(Source, pk=pk, petition=petition)
    if "number" in request.POST:
        written = request.POST["number"].replace(",", "").replace(" ", "")
        try:
            actions.set_number(source, int(written) if written.isdecimal() else -1, by=request.user)
        except actions.Wrong as error:
            messages.error(request, f"The number was not changed. {error}")
        else:
            messages.success(request, f"{source.name}: {int(written):,}.")
    else:
        active = request.POST.get("active") == "1"
        actions.set_active(source, active=active, by=request.user)
        word = "counts again" if active else "no longer counts"
        messages.success(request, f"{source.name} {word}.")
    return desk.back(petition, "platforms")


@require_POST
@desk.of_petition
def upload(request: NewsroomRequest, petition: Petition, pk: int) -> HttpResponse:
    """A file of signatures: look at it first."""
    source = get_object_or_404(Source, pk=pk, petition=petition, kind=Source.Kind.CSV)
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile) or not given.size:
        messages.error(request, "Choose a file first.")
        return desk.back(petition, "platforms")
    try:
        loaded = imports.look_at(
            source,
            filename=given.name or "file.csv",
            content=given.read(sheets.MOST_BYTES + 1),
            by=request.user,
        )
    except sheets.Unreadable as error:
        messages.error(request, f"Nothing was loaded. {error}")
        return desk.back(petition, "platforms")
    return HttpResponseRedirect(_file_address(petition, loaded))


def _file_address(petition: Petition, loaded: CsvImport) -> str:
    names = {"campaign": petition.campaign.slug, "slug": petition.slug, "pk": loaded.pk}
    return reverse("import-file", kwargs=names)


@require_http_methods(["GET", "HEAD", "POST"])
@desk.of_petition
def file(request: NewsroomRequest, petition: Petition, pk: object) -> HttpResponse:
    """One file: its preview with the columns to choose, then its report."""
    mine = CsvImport.objects.filter(source__petition=petition).select_related("source__petition")
    loaded = get_object_or_404(mine, pk=pk)
    looking = loaded.state == CsvImport.State.PREVIEW
    problem = ""
    if request.method == "POST" and looking:
        columns = {what: request.POST.get(what, "") for what in imports.COLUMNS}
        imports.choose_columns(
            loaded,
            {what: int(i) for what, i in columns.items() if i.isdecimal() and int(i) < 1_000},
        )
        if request.POST.get("do") == "load":
            try:
                imports.start(loaded, by=request.user)
            except sheets.Unreadable as error:
                problem = str(error)
            else:
                return HttpResponseRedirect(_file_address(petition, loaded))
    context = {"petition": petition, "file": loaded, "problem": problem, "preview": None}
    if loaded.state == CsvImport.State.PREVIEW:
        try:
            preview = imports.preview(loaded)
        except sheets.Unreadable as error:
            context["problem"] = problem or str(error)
            preview = None
        sheet = sheets.parse(loaded.content)
        context |= {
            "preview": preview,
            "header": list(enumerate(sheet.header)),
            "first": sheet.rows[:8],
            "columns": [
                (what, COLUMN_NAMES[what], loaded.columns.get(what, -1)) for what in imports.COLUMNS
            ],
        }
    return render(request, "petitions/import_file.html", context)


COLUMN_NAMES = {
    "email": "Mail address",
    "country": "Country",
    "date": "Signed on",
    "id": "Its own number",
}


@require_POST
@desk.of_petition
def add_endpoint(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """The page that answers shows the secret, once."""
    try:
        made = outgoing.add_endpoint(
            petition,
            url=_text(request.POST.get("url", "")),
            with_people=request.POST.get("with_people") == "on",
            by=request.user,
        )
    except outward.Refused as error:
        messages.error(request, f"No webhook was added. {error}")
        return desk.back(petition, "platforms")
    messages.success(request, "The webhook is added.")
    return _show(request, petition, secret=(made, made.secret))


@require_http_methods(["GET", "HEAD", "POST"])
@desk.of_petition
def endpoint(request: NewsroomRequest, petition: Petition, pk: int) -> HttpResponse:
    """The log of one webhook; POST stops it."""
    found = get_object_or_404(
        WebhookEndpoint.objects.select_related("petition"), pk=pk, petition=petition
    )
    if request.method == "POST":
        outgoing.stop_endpoint(found, by=request.user)
        messages.success(request, "Nothing more is sent there.")
        return desk.back(petition, "platforms")
    log = found.deliveries.defer("payload").order_by("-created_at")[:LOG]
    context = {"petition": petition, "endpoint": found, "log": log}
    return render(request, "petitions/endpoint.html", context)
