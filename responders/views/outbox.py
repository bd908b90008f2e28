"""The outbox: what is held, on its way, posted, or in trouble. Each view makes one call.

The page's parts are fetched alone when news comes; what a form does is answered with the part that
it stands in, or without JavaScript with the page.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from campaign.models import Campaign
from responders.actions import approval, reconcile, takedown
from responders.actions.changes import Refused
from responders.models import Reply
from responders.reports import outbox as report

USE = "campaign.use_desk"
SOLVE = "campaign.solve_problems"

PARTS: dict[str, dict[str, Callable[[Campaign], Any]]] = {
    "figures": {"figures": report.figures},
    "held": {"held": report.held, "stale": report.stale},
    "flight": {"flight": report.in_flight},
    "posted": {"posted": report.posted},
    "problems": {"trouble": report.trouble},
    "right": {"put_right": report.put_right},
}


@require_safe
@newsroom(USE)
def outbox(request: NewsroomRequest) -> HttpResponse:
    """The page, or for `?part=` one part of it."""
    part = request.GET.get("part", "")
    if part in PARTS:
        return _part(request, part)
    context = {name: ask(request.campaign) for part in PARTS.values() for name, ask in part.items()}
    return render(request, "responders/outbox/outbox.html", context | {"section": "outbox"})


@require_safe
@newsroom(USE)
def status(request: NewsroomRequest) -> HttpResponse:
    """The counts of the top bar."""
    return render(request, "newsroom/counts.html")


@require_POST
@newsroom(USE)
def undo(request: NewsroomRequest, pk: int) -> HttpResponse:
    reply = _reply(request, pk)
    words = f"Undone. @{reply.mention.author_handle} is with {reply.author.short_name} again."
    return _act(request, "held", words, lambda: approval.undo(reply, by=request.user))


@require_POST
@newsroom(USE)
def drop(request: NewsroomRequest, pk: int) -> HttpResponse:
    reply = _reply(request, pk)
    words = f"Dropped the reply to @{reply.mention.author_handle}."
    return _act(request, "problems", words, lambda: approval.cancel(reply, by=request.user))


@require_POST
@newsroom(SOLVE)
def it_is_there(request: NewsroomRequest, pk: int) -> HttpResponse:
    said = "Checked: it is ours and answers this tweet. Closed."
    link = request.POST.get("link", "")[:500]
    return _solve(request, pk, partial(reconcile.it_is_there, link=link), said)


@require_POST
@newsroom(SOLVE)
def post_again(request: NewsroomRequest, pk: int) -> HttpResponse:
    return _solve(
        request, pk, reconcile.post_again, "It goes out again now, after the same checks."
    )


@require_POST
@newsroom(SOLVE)
def give_up(request: NewsroomRequest, pk: int) -> HttpResponse:
    """A reply that was not found is let go, and its tweet with it."""
    return _solve(request, pk, reconcile.give_up, "Given up. Its tweet gets no other reply.")


@require_POST
@newsroom(SOLVE)
def take_down(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Delete our reply on the network; the form stands under "Posted", or under a problem."""
    reply = _reply(request, pk)
    part = "problems" if reply.status == Reply.Status.PROBLEM else "posted"
    reason = request.POST.get("reason", "")
    return _act(
        request,
        part,
        f"Our reply to @{reply.mention.author_handle} is being taken down.",
        lambda: takedown.take_down(reply, reason=reason, by=request.user),
        about=reply if part == "problems" else None,
    )


def _reply(request: NewsroomRequest, pk: int) -> Reply:
    rows = Reply.objects.in_campaign(request.campaign).select_related(
        "mention__campaign", "account", "author", "clip", "link"
    )
    return get_object_or_404(rows, pk=pk)


def _solve(
    request: NewsroomRequest, pk: int, act: Callable[..., object], said: str
) -> HttpResponse:
    """Settle a problem: its card says if that was refused."""
    reply = _reply(request, pk)
    return _act(request, "problems", said, lambda: act(reply, by=request.user), about=reply)


def _act(
    request: NewsroomRequest,
    part: str,
    said: str,
    act: Callable[[], object],
    *,
    about: Reply | None = None,
) -> HttpResponse:
    """Do it, then show the part anew: with a word that it is done, or why it was refused."""
    refused = ""
    try:
        act()
    except Refused as error:
        refused = str(error)
    if not request.headers.get("HX-Request"):
        if refused:
            messages.error(request, refused)
        else:
            messages.success(request, said)
        return redirect("outbox", campaign=request.campaign.slug)
    context = {"refused": refused, "refused_at": about.pk if about else None}
    return _part(request, part, **context, said="" if refused else said)


def _part(request: NewsroomRequest, part: str, **context: Any) -> HttpResponse:
    asked = {name: ask(request.campaign) for name, ask in PARTS[part].items()}
    return render(request, f"responders/outbox/{part}.html", asked | context)
