"""The desk: the queue, one tweet with its composer, and the shelf. Each view makes one call.

A page of its own for each address; for htmx only the part that changes. What cannot be done is
said in the pane itself, beside its cause, with status 409.
"""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from campaign.models import Mention
from responders import presence, queue, reasons, workbench
from responders.actions import approval, desk
from responders.actions.changes import Refused
from responders.models import Reply
from responders.wording import TextTooLong

USE = "campaign.use_desk"
CARDS_AT_ONCE = 60
CONFLICT = 409

#: Everything that an action refuses in words for the person who asked.
Refusals = (desk.DeskError, Refused, TextTooLong)


@require_safe
@newsroom(USE)
def show(request: NewsroomRequest, pk: int | None = None) -> HttpResponse:
    """The desk, with one mention open or none. For htmx: the pane, or the list of cards."""
    mention = _mention(request, pk) if pk is not None else None
    target = getattr(request, "htmx", None) and request.htmx.target  # type: ignore[attr-defined]  # django-htmx's middleware
    if mention is not None and target == "pane":
        return _pane(request, mention)
    if target in {"cards", "more"}:
        context = _queue(request) | {"fragment": True}
        return render(request, f"responders/desk/{target}.html", context)
    presence.seen(request.campaign, by=request.user)
    context = _queue(request) | {
        "section": "desk",
        "shift": workbench.shift(request.campaign, by=request.user),
        "here": presence.here(request.campaign),
    }
    return render(request, "responders/desk/desk.html", context | _bench(request, mention))


@require_GET
@newsroom(USE)
def cards(request: NewsroomRequest) -> HttpResponse:
    """Some cards as they are now, to be put in the place of the old ones."""
    ids = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdecimal()]
    found = queue.cards(request.campaign, [one for one in ids if one < 2**63][:CARDS_AT_ONCE])
    filters = _filters(request.GET)
    context = {"mentions": found, "oob": True, "filters": filters, "query": _query(filters)}
    return render(request, "responders/desk/cards_only.html", context)


@require_GET
@newsroom(USE)
def news(request: NewsroomRequest) -> HttpResponse:
    """How many came since, and the lanes' counts."""
    filters = _filters(request.GET)
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
    """What this person can still undo."""
    context = {"held": workbench.held(request.campaign, by=request.user)}
    return render(request, "responders/desk/held.html", context)


@require_GET
@newsroom(USE)
def state(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Whose the open mention is now, without touching what is being typed."""
    return _state(request, _mention(request, pk))


@require_GET
@newsroom(USE)
def shelf(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The clips for it, narrowed by `words`."""
    context = _bench(request, _mention(request, pk))
    return render(request, "responders/desk/shelf.html", context)


@require_POST
@newsroom(USE)
def claim(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = _mention(request, pk)
    try:
        desk.claim(mention, by=request.user)
    except desk.DeskError as error:
        return _refused(request, mention, error)
    return _done(request, mention, said=f"Yours: @{mention.author_handle}")


@require_POST
@newsroom("campaign.take_over_claims")
def take_over(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = _mention(request, pk)
    try:
        desk.take_over(mention, by=request.user)
    except desk.DeskError as error:
        return _refused(request, mention, error)
    return _done(request, mention)


@require_POST
@newsroom(USE)
def beat(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The tab is in use: the lease goes on."""
    mention = _mention(request, pk)
    presence.seen(request.campaign, by=request.user)
    try:
        desk.heartbeat(mention, by=request.user)
    except desk.LeaseLost as error:
        return _state(request, mention, failure=str(error), status=CONFLICT)
    mention.refresh_from_db()
    return _state(request, mention)


@require_POST
@newsroom(USE)
def release(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = _mention(request, pk)
    try:
        desk.release(mention, by=request.user)
    except desk.DeskError as error:
        return _refused(request, mention, error)
    return _done(request, mention)


@require_POST
@newsroom(USE)
def dismiss(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = _mention(request, pk)
    try:
        reason = reasons.read(request.POST.get("reason", ""))
        desk.dismiss(mention, reason=reason, by=request.user)
    except (desk.DeskError, reasons.NoReason) as error:
        return _refused(request, mention, error)
    return _done(request, mention, following=True)


@require_POST
@newsroom(USE)
def never(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The author is not to be answered any more."""
    mention = _mention(request, pk)
    try:
        desk.never_answer(mention, by=request.user)
    except desk.DeskError as error:
        return _refused(request, mention, error)
    return _done(request, mention, following=True)


@require_POST
@newsroom(USE)
def restore(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = _mention(request, pk)
    try:
        desk.restore(mention, by=request.user)
    except desk.DeskError as error:
        return _refused(request, mention, error)
    return _done(request, mention)


@require_POST
@newsroom(USE)
def save(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The text as it stands, while it is typed. Answers with its count and checks."""
    mention = _mention(request, pk)
    try:
        draft = desk.draft_of(mention, by=request.user)
        desk.save_draft(draft, text=request.POST.get("text", ""), by=request.user)
    except TextTooLong as error:
        return _facts(request, mention, failure=str(error), status=CONFLICT)
    except desk.DeskError as error:
        return _state(request, _mention(request, pk), failure=str(error), status=CONFLICT)
    return _facts(request, _mention(request, pk))


@require_POST
@newsroom(USE)
def pair(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Choose the clip; the text names who answers."""
    mention = _mention(request, pk)
    try:
        desk.pair(
            desk.draft_of(mention, by=request.user),
            clip=desk.clip_named(request.POST.get("clip", ""), campaign=request.campaign),
            text=request.POST.get("text"),
            by=request.user,
        )
    except Refusals as error:
        return _refused(request, mention, error)
    return _done(request, _mention(request, pk))


@require_POST
@newsroom(USE)
def approve(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Approve what stands in the composer; the next one is claimed."""
    mention = _mention(request, pk)
    try:
        reply = desk.draft_of(mention, by=request.user)
        desk.approve_as_typed(
            reply,
            text=request.POST.get("text", reply.text),
            seen=request.POST.get("seen", ""),
            by=request.user,
        )
    except Refusals as error:
        return _refused(request, mention, error)
    return _advance(request, _mention(request, pk))


@require_POST
@newsroom(USE)
def submit(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Ask for a second pair of eyes; the next one is claimed."""
    mention = _mention(request, pk)
    try:
        reply = desk.draft_of(mention, by=request.user)
        desk.save_draft(reply, text=request.POST.get("text", reply.text), by=request.user)
        approval.submit(reply, by=request.user)
    except Refusals as error:
        return _refused(request, mention, error)
    return _advance(request, _mention(request, pk))


@require_POST
@newsroom(USE)
def undo(request: NewsroomRequest, reply: int) -> HttpResponse:
    """Take back what was approved; it opens again."""
    mine = _reply(request, reply)
    try:
        approval.undo(mine, by=request.user)
    except Refusals as error:
        return _refused(request, mine.mention, error)
    return _done(request, _mention(request, mine.mention_id), said="Undone. Nothing was sent.")


def _mention(request: NewsroomRequest, pk: int) -> Mention:
    return get_object_or_404(
        Mention.objects.select_related("claimed_by", "handled_by", "campaign", "account").defer(
            "raw"
        ),
        pk=min(pk, 2**63 - 1),
        campaign=request.campaign,
    )


def _reply(request: NewsroomRequest, pk: int) -> Reply:
    ours = Reply.objects.select_related("mention")
    return get_object_or_404(ours, pk=min(pk, 2**63 - 1), account__campaign=request.campaign)


def _filters(data: QueryDict) -> queue.Filters:
    lane = data.get("lane", "")
    return queue.Filters(
        lane=queue.Lane(lane) if lane in set(queue.Lane) else queue.Lane.ANSWER,
        language=data.get("lang", "").replace("\x00", "")[:8],
        words=data.get("q", "").replace("\x00", "")[:100],
    )


def _queue(request: NewsroomRequest) -> dict[str, Any]:
    filters = _filters(request.GET)
    after = queue.Cursor.read(request.GET.get("after", ""))
    page = queue.page(request.campaign, filters, after=after)
    return {
        "filters": filters,
        "query": _query(filters),
        "lanes": list(queue.Lane),
        "page": page,
        "mentions": page.mentions,
        "newest": page.newest,
        "arrived": 0,
        "languages": queue.languages(request.campaign),
    }


def _query(filters: queue.Filters) -> str:
    chosen = {"lane": filters.lane.value, "lang": filters.language, "q": filters.words}
    kept = {name: value for name, value in chosen.items() if value and value != "answer"}
    return f"?{urlencode(kept)}" if kept else ""


def _bench(request: NewsroomRequest, mention: Mention | None) -> dict[str, Any]:
    filters = _filters(request.GET)
    context: dict[str, Any] = {
        "filters": filters,
        "query": _query(filters),
        "held": workbench.held(request.campaign, by=request.user),
        "reasons": reasons.REASONS,
        "bench": None,
    }
    if mention is not None:
        words = request.GET.get("words", "").replace("\x00", "")[:100]
        context |= {"bench": workbench.bench(mention, words=words, by=request.user), "words": words}
    return context


def _pane(
    request: NewsroomRequest,
    mention: Mention,
    *,
    failure: str = "",
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    context = _bench(request, mention) | {"failure": failure, "said": said}
    return render(request, "responders/desk/pane.html", context, status=status)


def _state(
    request: NewsroomRequest, mention: Mention, *, failure: str = "", status: int = 200
) -> HttpResponse:
    context = _bench(request, mention) | {"failure": failure, "oob": True}
    return render(request, "responders/desk/state.html", context, status=status)


def _facts(
    request: NewsroomRequest, mention: Mention, *, failure: str = "", status: int = 200
) -> HttpResponse:
    context = _bench(request, mention)
    context |= {"failure": failure, "saved": not failure, "oob": True}
    return render(request, "responders/desk/facts.html", context, status=status)


def _refused(request: NewsroomRequest, mention: Mention, error: Exception) -> HttpResponse:
    """The pane as it is now, with why not; the card beside it is brought up to date."""
    fresh = _mention(request, mention.pk)
    return _pane(request, fresh, failure=str(error), status=CONFLICT)


def _done(
    request: NewsroomRequest, mention: Mention, *, following: bool = False, said: str = ""
) -> HttpResponse:
    """The pane after an action: of the same mention, or of the one that follows in the lane."""
    shown = _mention(request, mention.pk)
    if following:
        filters = _filters(request.GET)
        shown = queue.next_after(mention, request.campaign, filters) or shown
    address = reverse("desk-mention", args=[request.campaign.slug, shown.pk])
    address += _query(_filters(request.GET))
    if not request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return redirect(address)
    response = _pane(request, _mention(request, shown.pk), said=said)
    response["HX-Push-Url"] = address
    return response


def _advance(request: NewsroomRequest, mention: Mention) -> HttpResponse:
    """Claim the next one that is free; the pane of the old one if there is none."""
    following = desk.claim_next(
        lambda: queue.next_after(mention, request.campaign, _filters(request.GET)), by=request.user
    )
    said = f"Next: @{following.author_handle}" if following else "Nothing else is waiting here."
    return _done(request, following or mention, said=said)
