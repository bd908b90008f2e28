"""London's board of briefs, and the form that asks the field; the desk opens the same form.

Each page has its address; for htmx only the part that changes. What cannot be done is said beside
its cause, with status 409.
"""

import json
import uuid
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from campaign.models import Mention
from videos import asking, board, clocks, translation
from videos.actions import brief_state, briefs
from videos.models import Brief

USE = "campaign.use_desk"
MORE_MINUTES = 30
INVALID, CONFLICT = 422, 409


@require_safe
@newsroom(USE)
def show(request: NewsroomRequest, pk: int | None = None) -> HttpResponse:
    """The board, with one brief open or none. For htmx: its rows, or the open brief."""
    chosen = _brief(request, pk) if pk is not None else None
    if chosen is not None and _asks_for(request, "brief-detail", "brief-lines"):
        return _detail(request, chosen)
    wanted = request.GET.get("show", "")
    showing = board.Show(wanted) if wanted in set(board.Show) else board.Show.OPEN
    context: dict[str, Any] = {
        "section": "briefs",
        "showing": showing,
        "shows": _shows(),
        "query": "" if showing is board.Show.OPEN else f"?show={showing.value}",
        "groups": board.groups(request.campaign, show=showing),
        "figures": board.figures(request.campaign),
        "labels": clocks.LABELS,
        "open": chosen.pk if chosen else None,
    }
    if _asks_for(request, "board"):
        return render(request, "videos/briefs/board.html", context | {"oob": True})
    return render(request, "videos/briefs/briefs.html", context | _facts(request, chosen))


@require_http_methods(["GET", "HEAD", "POST"])
@newsroom(USE)
def ask(request: NewsroomRequest) -> HttpResponse:
    """The form: for a mention, in place of another brief, or for neither."""
    data = request.GET if request.method != "POST" else request.POST
    mention = _named(Mention, data.get("mention"), campaign=request.campaign)
    old = _named(Brief, data.get("replaces"), campaign=request.campaign)
    if old is not None:
        mention = old.mention
    if request.method != "POST":
        language = data.get("language", old.language if old else "")
        initial = _kept(data) if "language" in data else _from(old)
        known = language if language in asking.LANGUAGES else ""
        form = asking.begin(request.campaign, mention=mention, language=known, initial=initial)
        return _form(request, form, mention, old)
    spoken = data.get("language", "")
    known = spoken if spoken in asking.LANGUAGES else ""
    form = asking.begin(request.campaign, mention=mention, data=data, language=known)
    if not form.is_valid():
        return _form(request, form, mention, old, status=INVALID)
    try:
        brief = (
            briefs.reassign(old, form.asking, by=request.user)
            if old is not None
            else briefs.ask(
                form.asking, campaign=request.campaign, mention=mention, by=request.user
            )
        )
    except brief_state.BriefError as error:
        return _form(request, form, mention, old, failure=str(error), status=CONFLICT)
    return _asked(request, brief)


@require_POST
@newsroom(USE)
def translate(request: NewsroomRequest) -> HttpResponse:
    """The gist as the translator would write it, for the editor to read over."""
    try:
        text = translation.translate(
            request.POST.get("words", "")[:500],
            source=request.POST.get("language", "")[:8],
            target=request.POST.get("target", "")[:8],
        )
    except translation.NoTranslationError as error:
        return JsonResponse({"failure": str(error)}, status=CONFLICT)
    return JsonResponse({"text": text})


@require_POST
@newsroom(USE)
def cancel(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Take it back. From the desk, the tweet is free again."""
    brief = _brief(request, pk)
    failure = ""
    try:
        briefs.cancel(brief, by=request.user)
    except brief_state.BriefOverError as error:
        failure = str(error)
    return _done(request, brief, failure=failure)


@require_POST
@newsroom(USE)
def more_time(request: NewsroomRequest, pk: int) -> HttpResponse:
    brief = _brief(request, pk)
    failure = ""
    try:
        briefs.give_time(brief, minutes=MORE_MINUTES, by=request.user)
    except brief_state.BriefOverError as error:
        failure = str(error)
    return _done(request, brief, failure=failure)


@require_POST
@newsroom(USE)
def write(request: NewsroomRequest, pk: int) -> HttpResponse:
    """One line to the crew."""
    brief = _brief(request, pk)
    failure = ""
    key = None
    with suppress(ValueError):
        key = uuid.UUID(request.POST.get("key", ""))
    try:
        briefs.write(brief, request.POST.get("text", ""), key=key, by=request.user)
    except brief_state.BriefError as error:
        failure = str(error)
    return _done(request, brief, failure=failure)


def _brief(request: NewsroomRequest, pk: int) -> Brief:
    ours = clocks.complete(Brief.objects.filter(campaign=request.campaign))
    return get_object_or_404(ours.select_related("campaign", "sent_by"), pk=min(pk, 2**63 - 1))


def _named(model: Any, pk: str | None, *, campaign: Any) -> Any:
    """From a form: a row of this campaign, or None."""
    if not pk or not pk.isdecimal():
        return None
    return get_object_or_404(model, pk=min(int(pk), 2**63 - 1), campaign=campaign)


def _asks_for(request: NewsroomRequest, *targets: str) -> bool:
    return request.headers.get("HX-Target") in targets


def _shows() -> list[tuple[str, str]]:
    return [("open", "Open"), ("late", "Late"), ("ready", "Ready"), ("done", "Done today")]


def _facts(request: NewsroomRequest, brief: Brief | None, *, failure: str = "") -> dict[str, Any]:
    """What the open brief shows: its clock, its thread, its reasons."""
    if brief is None:
        return {"row": None}
    return {
        "row": clocks.rows([brief], campaign=request.campaign)[0],
        "thread": list(brief.messages.select_related("author")),
        "failure": failure,
        "key": uuid.uuid4(),
        "more_minutes": MORE_MINUTES,
    }


def _detail(
    request: NewsroomRequest, brief: Brief, *, failure: str = "", status: int = 200
) -> HttpResponse:
    context = _facts(request, brief, failure=failure)
    return render(request, "videos/briefs/detail.html", context, status=status)


def _done(request: NewsroomRequest, brief: Brief, *, failure: str) -> HttpResponse:
    """The brief as it is now, with why not; a plain form comes back to where it was sent."""
    if request.headers.get("HX-Request"):
        status = CONFLICT if failure else 200
        return _detail(request, _brief(request, brief.pk), failure=failure, status=status)
    if failure:
        messages.error(request, failure)
    return redirect("brief", request.campaign.slug, brief.pk)


def _form(
    request: NewsroomRequest,
    form: asking.AskForm,
    mention: Mention | None,
    old: Brief | None,
    *,
    failure: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "briefs",
        "form": form,
        "mention": mention,
        "old": old,
        "failure": failure,
        "within": asking.WITHIN,
        "languages": asking.LANGUAGES,
        "usual": clocks.usual(request.campaign),
        "translates": translation.is_there(),
        "reading": {
            str(one.place.pk): asking.crew_reads(one, spoken=form["language"].value())
            for one in form.placings
        },
    }
    bare = request.headers.get("HX-Request")
    template = "videos/briefs/ask.html" if bare else "videos/briefs/ask_page.html"
    return render(request, template, context, status=status)


def _kept(data: Any) -> dict[str, str]:
    """What was filled in already, when another language is looked at."""
    return {name: data[name] for name in ("words", "gist", "within", "language") if name in data}


def _from(old: Brief | None) -> dict[str, str]:
    return {"words": old.words, "gist": old.gist} if old is not None else {}


def _asked(request: NewsroomRequest, brief: Brief) -> HttpResponse:
    who = f"{brief.storyteller.public_name} in " if brief.storyteller else ""
    said = f"Asked {who}{brief.place.name}."
    if not request.headers.get("HX-Request"):
        messages.success(request, said)
        return redirect("brief", request.campaign.slug, brief.pk)
    facts = {"said": said, "brief": brief.pk, "mention": brief.mention_id}
    address = reverse("brief", args=[request.campaign.slug, brief.pk])
    response = render(request, "videos/briefs/asked.html", {"said": said, "address": address})
    response["HX-Trigger"] = json.dumps({"asked": facts})
    return response
