"""The desk: the queue, one tweet, and the shelf. Each view makes one call."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from campaign.intake import index
from responders import presence, queue, reasons
from responders.actions import desk
from responders.views import pane
from responders.views.pane import CONFLICT
from videos.themes import THEMES

USE = "campaign.use_desk"
CARDS_AT_ONCE = 60


@require_safe
@newsroom(USE)
def show(request: NewsroomRequest, pk: int | None = None) -> HttpResponse:
    """The desk, with one mention open or none. For htmx: the pane, or the list of cards.

    A whole page comes without the shelf, which it then asks for: the tweet can be read meanwhile.
    """
    mention = pane.mention_of(request, pk) if pk is not None else None
    target = getattr(request, "htmx", None) and request.htmx.target  # type: ignore[attr-defined]  # django-htmx's middleware
    if mention is not None and target == "pane":
        return pane.show(request, mention)
    if target in {"cards", "more"}:
        context = _queue(request) | {"fragment": True}
        return render(request, f"responders/desk/{target}.html", context)
    presence.seen(request.campaign, by=request.user)
    context = _queue(request) | {
        "section": "desk",
        "here": presence.here(request.campaign),
        "shelf_follows": True,
    }
    return render(request, "responders/desk/desk.html", context | pane.context_of(request, mention))


@require_GET
@newsroom(USE)
def cards(request: NewsroomRequest) -> HttpResponse:
    """Some cards as they are now, to be put in the place of the old ones."""
    ids = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdecimal()]
    found = queue.cards(request.campaign, [one for one in ids if one < 2**63][:CARDS_AT_ONCE])
    filters = pane.filters_of(request.GET)
    context = {"mentions": found, "oob": True, "filters": filters, "query": pane.query_of(filters)}
    return render(request, "responders/desk/cards_only.html", context)


@require_GET
@newsroom(USE)
def news(request: NewsroomRequest) -> HttpResponse:
    """How many came since, and the lanes' counts."""
    filters = pane.filters_of(request.GET)
    after = request.GET.get("after", "")
    newest = int(after) if after.isdecimal() and len(after) < 19 else 0
    arrived = queue.arrived(request.campaign, filters, after=newest)
    context = {
        "filters": filters,
        "lanes": list(queue.Lane),
        "arrived": arrived,
        "newest": newest,
        "oob": True,
    }
    return render(request, "responders/desk/news.html", context)


@require_GET
@newsroom(USE)
def held(request: NewsroomRequest) -> HttpResponse:
    """What this person can still undo, and what they are told."""
    return render(request, "responders/desk/held.html", pane.strip_of(request) | {"oob": True})


@require_GET
@newsroom(USE)
def state(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Whose the open mention is now, without touching what is being typed."""
    return pane.state(request, pane.mention_of(request, pk))


@require_GET
@newsroom(USE)
def shelf(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The clips for it, narrowed by `words`."""
    context = pane.context_of(request, pane.mention_of(request, pk))
    return render(request, "responders/desk/shelf.html", context)


@require_POST
@newsroom(USE)
def claim(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = pane.mention_of(request, pk)
    try:
        desk.claim(mention, by=request.user)
    except desk.DeskError as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention, said=f"Yours: @{mention.author_handle}")


@require_POST
@newsroom("campaign.take_over_claims")
def take_over(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = pane.mention_of(request, pk)
    try:
        desk.take_over(mention, by=request.user)
    except desk.DeskError as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention)


@require_POST
@newsroom(USE)
def beat(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The tab is in use: the lease goes on."""
    mention = pane.mention_of(request, pk)
    presence.seen(request.campaign, by=request.user)
    try:
        desk.heartbeat(mention, by=request.user)
    except desk.LeaseLost as error:
        return pane.state(request, mention, failure=str(error), status=CONFLICT)
    mention.refresh_from_db()
    return pane.state(request, mention)


@require_POST
@newsroom(USE)
def release(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = pane.mention_of(request, pk)
    try:
        desk.release(mention, by=request.user)
    except desk.DeskError as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention)


@require_POST
@newsroom(USE)
def leaving(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The tab is being closed (`sendBeacon`): nobody reads the answer."""
    desk.leaving(pane.mention_of(request, pk), by=request.user)
    return HttpResponse(status=204)


@require_POST
@newsroom(USE)
def trust(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Out of the lane of doubt, into the queue."""
    mention = pane.mention_of(request, pk)
    try:
        desk.trust(mention, by=request.user)
    except desk.DeskError as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention, said="It is in the queue now.")


@require_POST
@newsroom(USE)
def dismiss(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = pane.mention_of(request, pk)
    try:
        reason = reasons.read(request.POST.get("reason", ""))
        desk.dismiss(mention, reason=reason, by=request.user)
    except (desk.DeskError, reasons.NoReason) as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention, following=True)


@require_POST
@newsroom(USE)
def never(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The author is not to be answered any more."""
    mention = pane.mention_of(request, pk)
    try:
        desk.never_answer(mention, by=request.user)
    except desk.DeskError as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention, following=True)


@require_POST
@newsroom(USE)
def restore(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = pane.mention_of(request, pk)
    try:
        desk.restore(mention, by=request.user)
    except desk.DeskError as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention)


def _queue(request: NewsroomRequest) -> dict[str, Any]:
    filters = pane.filters_of(request.GET)
    after = queue.Cursor.read(request.GET.get("after", ""))
    page = queue.page(request.campaign, filters, after=after)
    first = after is None and not filters.chosen
    by_hand = first and filters.lane is queue.Lane.MANUAL
    return {
        "filters": filters,
        "query": pane.query_of(filters),
        "lanes": list(queue.Lane),
        "page": page,
        "mentions": page.mentions,
        "by_hand": queue.to_post_by_hand(request.campaign) if by_hand else [],
        "newest": page.newest,
        "arrived": 0,
        "following": urlencode(filters.asked | {"after": str(page.following)}),
        "languages": queue.languages(request.campaign),
        "themes": THEMES,
        "countries": queue.countries_of(request.campaign),
        "reaches": list(index.REACHES),
    }
