"""Reports that a manager keeps and gets by mail."""

from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from petitions.actions import saving
from petitions.models import SavedReport
from petitions.reports import weekly

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class SaveForm(forms.Form):
    name = forms.CharField(max_length=80, strip=True)
    query = forms.CharField(max_length=2_000, required=False)


class WeeklyForm(forms.Form):
    weekday = forms.TypedChoiceField(choices=list(enumerate(DAYS)), coerce=int)
    hour = forms.IntegerField(min_value=0, max_value=23)
    zone = forms.CharField(max_length=40)

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"])
        if zone not in available_timezones():
            raise forms.ValidationError("Choose a time zone from the list, like Europe/London.")
        return zone


@require_safe
@newsroom("campaign.view_reports")
def saved(request: NewsroomRequest) -> HttpResponse:
    return _page(request)


@require_POST
@newsroom("campaign.view_reports")
def save(request: NewsroomRequest) -> HttpResponse:
    form = SaveForm(request.POST)
    if not form.is_valid():
        return _page(request, problem="Give the report a name of 1 to 80 letters.", status=422)
    query = weekly.kept(form.cleaned_data["query"])
    try:
        saving.save(request.campaign, name=form.cleaned_data["name"], query=query, by=request.user)
    except saving.NameTaken as error:
        return _page(request, problem=str(error), status=409)
    return redirect("reports-saved", campaign=request.campaign.slug)


@require_POST
@newsroom("campaign.view_reports")
def mail(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Weekly by mail, or no more."""
    found = _own(request, pk)
    if "stop" in request.POST:
        saving.stop_mail(found.pk, by=request.user)
        return redirect("reports-saved", campaign=request.campaign.slug)
    form = WeeklyForm(request.POST)
    if not form.is_valid():
        words = " ".join(str(word) for words in form.errors.values() for word in words)
        return _page(request, problem=words, status=422)
    if not request.user.email:
        problem = "No address is known of you: ask whoever sets up people to enter it."
        return _page(request, problem=problem, status=422)
    saving.mail_weekly(found, by=request.user, **form.cleaned_data)
    messages.success(request, f"“{found.name}” comes every {DAYS[found.weekday]}.")
    return redirect("reports-saved", campaign=request.campaign.slug)


@require_POST
@newsroom("campaign.view_reports")
def delete(request: NewsroomRequest, pk: int) -> HttpResponse:
    saving.forget(_own(request, pk), by=request.user)
    return redirect("reports-saved", campaign=request.campaign.slug)


# A mail program posts here by itself (RFC 8058): the token in the address is what it may do.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Out of a weekly mail without signing in. A GET asks first: scanners follow links."""
    saved_id = weekly.read_token(token)
    stopped = request.method == "POST" and saved_id is not None
    if stopped and saved_id is not None:
        saving.stop_mail(saved_id, by=None)
    facts = {"stopped": stopped, "known": saved_id is not None}
    return render(request, "petitions/weekly_stop.html", facts, status=200 if saved_id else 404)


def _own(request: NewsroomRequest, pk: int) -> SavedReport:
    mine = SavedReport.objects.filter(owner=request.user, campaign=request.campaign)
    return get_object_or_404(mine, pk=pk)


def _page(request: NewsroomRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    mine = SavedReport.objects.filter(owner=request.user, campaign=request.campaign)
    facts = {
        "reports": mine,
        "query": weekly.kept(request.GET.urlencode() or request.POST.get("query", "")),
        "name": request.POST.get("name", ""),
        "problem": problem,
        "days": list(enumerate(DAYS)),
        "hours": range(24),
        "zones": sorted(available_timezones()),
    }
    return render(request, "petitions/report_saved.html", facts, status=status)
