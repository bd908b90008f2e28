"""From hand to hand: a mention to a colleague, a word to one, a note to the next shift."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from campaign.access import NewsroomRequest, newsroom
from responders.actions import handing, notices, writing
from responders.models import Notice, ShiftNote
from responders.views import pane
from responders.views.pane import Refusals

USE = "campaign.use_desk"


@require_POST
@newsroom(USE)
def hand_over(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The mention and its drafts are a colleague's; what was typed last goes with them."""
    mention = pane.mention_of(request, pk)
    try:
        if "text" in request.POST:
            draft = writing.draft_of(mention, pk=request.POST.get("draft", ""), by=request.user)
            writing.save_draft(draft, text=request.POST["text"], by=request.user)
        colleague = handing.hand_over(
            mention,
            to=request.POST.get("to", ""),
            words=request.POST.get("words", ""),
            by=request.user,
        )
    except Refusals as error:
        return pane.refused(request, mention, error)
    said = f"@{mention.author_handle} is with {colleague.short_name} now."
    return pane.done(request, mention, said=said)


@require_POST
@newsroom(USE)
def read(request: NewsroomRequest, notice: int) -> HttpResponse:
    """This person has read it."""
    own = Notice.objects.filter(to=request.user, campaign=request.campaign)
    notices.read(get_object_or_404(own, pk=min(notice, 2**63 - 1)))
    return _told(request)


@require_POST
@newsroom(USE)
def read_note(request: NewsroomRequest, note: int) -> HttpResponse:
    ours = ShiftNote.objects.filter(campaign=request.campaign)
    handing.read_note(get_object_or_404(ours, pk=min(note, 2**63 - 1)), by=request.user)
    return _told(request)


@require_POST
@newsroom(USE)
def leave_note(request: NewsroomRequest) -> HttpResponse:
    note = handing.leave_note(request.campaign, text=request.POST.get("text", ""), by=request.user)
    if note is None:
        messages.error(request, "Write a line for those who come next.")
    else:
        messages.success(request, "Your colleagues see it at the desk.")
    return redirect("my-day", campaign=request.campaign.slug)


def _told(request: NewsroomRequest) -> HttpResponse:
    if not request.htmx:  # type: ignore[attr-defined]  # django-htmx's middleware
        return redirect("desk", campaign=request.campaign.slug)
    return render(request, "responders/desk/held.html", pane.strip_of(request))
