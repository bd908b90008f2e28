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
    said = "Undone. @{them} is with {author} again."
    return _act(request, pk, approval.undo, said=said, part="held")


@require_POST
@newsroom(USE)
def drop(request: NewsroomRequest, pk: int) -> HttpResponse:
    return _act(request, pk, approval.cancel, said="Dropped the reply to @{them}.")


@require_POST
@newsroom(SOLVE)
def it_is_there(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The link of our post, checked on the network."""
    act = partial(reconcile.it_is_there, link=request.POST.get("link", "")[:500])
    return _act(request, pk, act, said="Checked: it is ours and answers this tweet. Closed.")


@require_POST
@newsroom(SOLVE)
def post_again(request: NewsroomRequest, pk: int) -> HttpResponse:
    said = "It goes out again now, after the same checks."
    return _act(request, pk, reconcile.post_again, said=said)


@require_POST
@newsroom(SOLVE)
def give_up(request: NewsroomRequest, pk: int) -> HttpResponse:
    """A reply that was not found is let go, and its tweet with it."""
    return _act(request, pk, reconcile.give_up, said="Given up. Its tweet gets no other reply.")


@require_POST
@newsroom(SOLVE)
def take_down(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Delete our reply on the network; the form stands under "Posted", or under a problem."""
    act = partial(takedown.take_down, reason=request.POST.get("reason", ""))
    part = "problems" if request.POST.get("part") == "problems" else "posted"
    said = "Our reply to @{them} is being taken down."
    return _act(request, pk, act, said=said, part=part)


def _act(
    request: NewsroomRequest,
    pk: int,
    act: Callable[..., object],
    *,
    said: str,
    part: str = "problems",
) -> HttpResponse:
    """Do it, then show the part anew: with a word that it is done, or why it was refused."""
    rows = Reply.objects.in_campaign(request.campaign)
    related = ("mention__campaign", "account", "author", "clip", "link")
    reply = get_object_or_404(rows.select_related(*related), pk=pk)
    refused = ""
    done = said.format(them=reply.mention.author_handle, author=reply.author.short_name)
    try:
        act(reply, by=request.user)
    except Refused as error:
        refused, done = str(error), ""
    if request.headers.get("HX-Request"):
        # A problem's card says itself why not; if somebody settled it meanwhile, the lane does.
        card = rows.problems().filter(pk=pk).exists() and part == "problems"
        context = {"refused": refused, "refused_at": pk if card else None, "said": done}
        return _part(request, part, **context)
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, done)
    return redirect("outbox", campaign=request.campaign.slug)


def _part(request: NewsroomRequest, part: str, **context: Any) -> HttpResponse:
    asked = {name: ask(request.campaign) for name, ask in PARTS[part].items()}
    return render(request, f"responders/outbox/{part}.html", asked | context)
