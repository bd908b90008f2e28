"""How the desk answers: a page of its own for each address, for htmx the part that changes.

What cannot be done is said in the pane itself, beside its cause, with status 409.
"""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from campaign.access import NewsroomRequest
from campaign.models import Mention
from campaign.prepared import Given, Prepared
from responders import queue, reasons, shelf, workbench
from responders.actions import desk, handing, notices
from responders.actions.changes import Refused
from responders.models import Reply
from responders.reports import shift
from responders.wording import TextTooLong
from videos.themes import THEMES

CONFLICT = 409

#: Everything that an action refuses in words for the person who asked.
Refusals = (desk.DeskError, Refused, TextTooLong)


_MENTION = Prepared(
    lambda: (
        Mention.objects.filter(pk=Given("pk"), campaign=Given("campaign"))
        .select_related("claimed_by", "handled_by", "campaign", "account")
        .defer("search")
    )
)


def mention_of(request: NewsroomRequest, pk: int) -> Mention:
    found = _MENTION.first(pk=min(pk, 2**63 - 1), campaign=request.campaign.pk)
    if found is None:
        raise Http404("There is no such tweet in this campaign.")
    return found


def reply_of(request: NewsroomRequest, pk: int) -> Reply:
    ours = Reply.objects.select_related("mention")
    return get_object_or_404(ours, pk=min(pk, 2**63 - 1), account__campaign=request.campaign)


def filters_of(data: QueryDict) -> queue.Filters:
    return queue.Filters.read({name: data.get(name, "") for name in queue.NAMES})


def query_of(filters: queue.Filters) -> str:
    return f"?{urlencode(filters.asked)}" if filters.asked else ""


def strip_of(request: NewsroomRequest) -> dict[str, Any]:
    """What stands above the buttons whatever is open: what one may undo, what one is told."""
    campaign, person = request.campaign, request.user
    return {
        "held": workbench.held(campaign, by=person),
        "notices": notices.unread(campaign, of=person),
        "note": handing.unread_note(campaign, of=person),
        "shift": shift.shift(campaign, by=person),
    }


def context_of(
    request: NewsroomRequest, mention: Mention | None, *, draft: str = ""
) -> dict[str, Any]:
    filters = filters_of(request.GET)
    context: dict[str, Any] = {
        "filters": filters,
        "query": query_of(filters),
        "reasons": reasons.REASONS,
        "bench": None,
    } | strip_of(request)
    if mention is not None:
        chosen = draft or request.POST.get("draft", "") or request.GET.get("draft", "")
        bench = workbench.bench(
            mention, wanted=shelf.Wanted.read(request.GET), draft=chosen, by=request.user
        )
        context |= {"bench": bench, "themes": THEMES}
        context["languages_named"] = list(shelf.LANGUAGE_NAMES.items())
    return context


def show(
    request: NewsroomRequest,
    mention: Mention,
    *,
    failure: str = "",
    said: str = "",
    status: int = 200,
    draft: str = "",
    discarded: Reply | None = None,
) -> HttpResponse:
    context = context_of(request, mention, draft=draft)
    context |= {"failure": failure, "said": said, "discarded": discarded}
    return render(request, "responders/desk/pane.html", context, status=status)


def state(
    request: NewsroomRequest, mention: Mention, *, failure: str = "", status: int = 200
) -> HttpResponse:
    context = context_of(request, mention) | {"failure": failure, "oob": True}
    return render(request, "responders/desk/state.html", context, status=status)


def facts(
    request: NewsroomRequest, mention: Mention, *, failure: str = "", status: int = 200
) -> HttpResponse:
    context = context_of(request, mention)
    context |= {"failure": failure, "saved": not failure, "oob": True}
    return render(request, "responders/desk/facts.html", context, status=status)


def refused(request: NewsroomRequest, mention: Mention, error: Exception) -> HttpResponse:
    """The pane as it is now, with why not; the card beside it is brought up to date."""
    fresh = mention_of(request, mention.pk)
    return show(request, fresh, failure=str(error), status=CONFLICT)


def done(
    request: NewsroomRequest,
    mention: Mention,
    *,
    following: bool = False,
    said: str = "",
    draft: str = "",
    discarded: Reply | None = None,
) -> HttpResponse:
    """The pane after an action: of the same mention, or of the one that follows in the lane."""
    shown = mention_of(request, mention.pk)
    if following:
        filters = filters_of(request.GET)
        shown = queue.next_after(mention, request.campaign, filters) or shown
    address = reverse("desk-mention", args=[request.campaign.slug, shown.pk])
    address += query_of(filters_of(request.GET))
    if not request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return redirect(address)
    shown = mention_of(request, shown.pk)
    response = show(request, shown, said=said, draft=draft, discarded=discarded)
    response["HX-Push-Url"] = address
    return response


def advance(request: NewsroomRequest, mention: Mention) -> HttpResponse:
    """Claim the next one that is free; the pane of the old one if there is none."""
    following = desk.claim_next(
        *queue.following(mention, request.campaign, filters_of(request.GET)), by=request.user
    )
    said = f"Next: @{following.author_handle}" if following else "Nothing else is waiting here."
    return done(request, following or mention, said=said)
