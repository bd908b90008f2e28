"""Where seniors set when one pair of eyes is enough, and how long an approval can be undone."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaign.access import NewsroomRequest, newsroom
from campaign.models import Campaign
from responders.actions import rules
from responders.forms import RulesForm


@require_http_methods(["GET", "HEAD", "POST"])
@newsroom("campaign.edit_templates")
def show(request: NewsroomRequest) -> HttpResponse:
    # The form writes into what it is given; the page goes on with the campaign as it is.
    campaign = Campaign.objects.get(pk=request.campaign.pk)
    form = RulesForm(request.POST or None, instance=campaign)
    if request.method == "POST" and form.is_valid():
        changed = rules.change(request.campaign, rules=form.cleaned_data, by=request.user)
        said = "They hold for every approval from now on." if changed else "Nothing was changed."
        messages.success(request, said)
        return redirect("rules", campaign=request.campaign.slug)
    status = 409 if form.errors else 200
    context = {"form": form, "section": "rules"}
    return render(request, "responders/rules/rules.html", context, status=status)
