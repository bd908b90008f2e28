"""The library: every clip of a campaign, for the people who pair and look after them."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from videos import reports
from videos.actions import consent, footage
from videos.forms import ShelfFilter, WithdrawForm
from videos.models import Clip, Consent, Storyteller


@require_safe
@newsroom("campaign.view_clips")
def clips(request: NewsroomRequest) -> HttpResponse:
    """The shelf, narrowed by what the address says; htmx asks for the list alone."""
    shelf = ShelfFilter(request.GET)
    found = reports.library(request.campaign, **shelf.lookups())
    if words := shelf.cleaned_data.get("q"):
        found = reports.search(found, words)
    pages = Paginator(found, reports.ON_ONE_PAGE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "chosen": shelf.cleaned_data,
        "may_review": request.user.has_perm("campaign.review_clips"),
        "may_withdraw": request.user.has_perm("campaign.withdraw_consent"),
        "channels": Consent.Channel.choices,
        "scopes": Consent.Scope.choices,
        "waiting": reports.incoming(request.campaign).count(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "videos/clips.html#shelf", context)
    context["choices"] = reports.choices(request.campaign)
    return render(request, "videos/clips.html", context)


@require_safe
@newsroom("campaign.review_clips")
def incoming(request: NewsroomRequest) -> HttpResponse:
    """What came from the field and waits for London: the oldest first."""
    pages = Paginator(reports.incoming(request.campaign), reports.ON_ONE_PAGE)
    context = {"page": pages.get_page(request.GET.get("page")), "lane": True, "chosen": {}}
    template = "videos/incoming.html"
    if request.headers.get("HX-Request"):
        template = "videos/clips.html#shelf"
    return render(request, template, context)


@require_POST
@newsroom("campaign.review_clips")
def retire(request: NewsroomRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a clip off the shelf."""
    clip = get_object_or_404(
        Clip.objects.select_related("storyteller"), pk=pk, campaign=request.campaign
    )
    try:
        footage.retire(clip, by=request.user)
    except footage.NotOnShelfError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{clip.storyteller.public_name}: “{clip.title}” is retired.")
    return redirect("clips", request.campaign.slug)


@require_POST
@newsroom("campaign.withdraw_consent")
def withdraw(request: NewsroomRequest, pk: int) -> HttpResponse:
    """A storyteller takes their consent back."""
    storyteller = get_object_or_404(Storyteller, pk=pk, campaign=request.campaign)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(next(iter(form.errors.values()))[0]))
        return redirect("clips", request.campaign.slug)
    channel = Consent.Channel(form.cleaned_data["channel"])
    try:
        scope = Consent.Scope(form.cleaned_data["scope"] or Consent.Scope.EVERYTHING)
        clips = consent.withdraw(storyteller, channel=channel, scope=scope, by=request.user)
    except consent.NothingToWithdrawError as error:
        messages.error(request, str(error))
    else:
        count = f"{clips} clip" if clips == 1 else f"{clips} clips"
        words = f"The consent of {storyteller.public_name} is withdrawn: {count} taken off."
        everything = scope == Consent.Scope.EVERYTHING
        ending = "Replies with them are being taken down." if everything else "Posts stay."
        messages.success(request, f"{words} {ending}")
    return redirect("clips", request.campaign.slug)
