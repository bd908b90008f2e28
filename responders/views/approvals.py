"""Second eyes: replies that wait for another person, and those that need a new look."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from responders.actions import approval
from responders.actions.changes import Refused
from responders.models import Reply
from responders.reports import approvals as report
from responders.wording import TextTooLong

USE = "campaign.use_desk"


@require_safe
@newsroom(USE)
def approvals(request: NewsroomRequest) -> HttpResponse:
    """What waits, the oldest first. For `?part=list` the list alone."""
    context = _lists(request) | {"section": "approvals"}
    name = "list" if request.GET.get("part") == "list" else "approvals"
    return render(request, f"responders/approvals/{name}.html", context)


@require_POST
@newsroom(USE)
def approve(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Bound to what the form's giver saw; with their own changes, if they made any."""
    reply = _reply(request, pk)
    text = request.POST.get("text")
    seen = request.POST.get("seen", "")
    try:
        done = approval.approve(reply, seen=seen, text=text, by=request.user)
    except (Refused, TextTooLong) as refusal:
        return _answer(request, reply, refused=str(refusal), typed=text or "")
    if done.by_hand:
        return _answer(request, reply, said=f"Approved. {done.author.short_name} posts it by hand.")
    hold = request.campaign.hold_seconds
    return _answer(request, reply, said=f"Approved, held {hold} s." if hold else "Approved.")


@require_POST
@newsroom(USE)
def send_back(request: NewsroomRequest, pk: int) -> HttpResponse:
    reply = _reply(request, pk)
    comment = request.POST.get("comment", "")
    try:
        approval.send_back(reply, comment=comment, by=request.user)
    except Refused as refusal:
        return _answer(request, reply, refused=str(refusal), commented=comment)
    return _answer(request, reply, said=f"Back with {reply.author.short_name}.")


def _lists(request: NewsroomRequest) -> dict[str, Any]:
    return {
        "waiting": report.waiting(request.campaign, by=request.user),
        "by_hand": report.by_hand(request.campaign),
    }


def _reply(request: NewsroomRequest, pk: int) -> Reply:
    rows = Reply.objects.in_campaign(request.campaign).select_related("author")
    return get_object_or_404(rows, pk=pk)


def _answer(
    request: NewsroomRequest, reply: Reply, *, said: str = "", refused: str = "", **typed: str
) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        level = messages.ERROR if refused else messages.SUCCESS
        messages.add_message(request, level, refused or said)
        return redirect("approvals", campaign=request.campaign.slug)
    context = {
        "refused": refused,
        "refused_at": reply.pk,
        "said": said,
        **typed,
        **_lists(request),
    }
    return render(request, "responders/approvals/list.html", context)
