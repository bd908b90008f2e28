"""The composer: what is written to one person, by whom it is said, and that it may go."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from campaign.access import NewsroomRequest, newsroom
from campaign.models import Mention
from responders.actions import approval, by_hand, desk, writing
from responders.actions.changes import Refused
from responders.models import Reply
from responders.views import pane
from responders.views.pane import CONFLICT, Refusals
from responders.wording import TextTooLong

USE = "campaign.use_desk"


@require_POST
@newsroom(USE)
def save(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The text as it stands, while it is typed. Answers with its count and checks."""
    mention = pane.mention_of(request, pk)
    try:
        draft = _draft(request, mention)
        _save(request, draft)
    except TextTooLong as error:
        return pane.facts(request, mention, failure=str(error), status=CONFLICT)
    except (desk.DeskError, Refused) as error:
        return pane.state(
            request, pane.mention_of(request, pk), failure=str(error), status=CONFLICT
        )
    return pane.facts(request, pane.mention_of(request, pk))


@require_POST
@newsroom(USE)
def pair(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Choose the clip; the text names who answers."""
    mention = pane.mention_of(request, pk)
    try:
        writing.pair(
            _draft(request, mention),
            clip=writing.clip_named(request.POST.get("clip", ""), campaign=request.campaign),
            text=request.POST.get("text"),
            by=request.user,
        )
    except Refusals as error:
        return pane.refused(request, mention, error)
    return pane.done(request, pane.mention_of(request, pk))


@require_POST
@newsroom(USE)
def approve(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Approve what stands in the composer; the next one is claimed."""
    mention = pane.mention_of(request, pk)
    try:
        reply = _draft(request, mention)
        reply = writing.approve_as_typed(
            reply,
            text=request.POST.get("text", reply.text),
            seen=request.POST.get("seen", ""),
            language=request.POST.get("language", ""),
            by=request.user,
        )
    except Refusals as error:
        return pane.refused(request, mention, error)
    if reply.by_hand:
        return pane.done(request, mention, said="Approved. Now post it by hand.")
    return pane.advance(request, pane.mention_of(request, pk))


@require_POST
@newsroom(USE)
def submit(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Ask for a second pair of eyes; the next one is claimed."""
    mention = pane.mention_of(request, pk)
    try:
        reply = _draft(request, mention)
        _save(request, reply)
        approval.submit(reply, by=request.user)
    except Refusals as error:
        return pane.refused(request, mention, error)
    return pane.advance(request, pane.mention_of(request, pk))


@require_POST
@newsroom(USE)
def another(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Begin another candidate beside the open one."""
    mention = pane.mention_of(request, pk)
    try:
        reply = _draft(request, mention)
        _save(request, reply)
        added = writing.add_candidate(mention, beside=reply, by=request.user)
    except Refusals as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention, said=f"Candidate {added.letter}", draft=str(added.pk))


@require_POST
@newsroom(USE)
def discard(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Take the shown candidate away; what it said can be brought back."""
    mention = pane.mention_of(request, pk)
    try:
        draft = _draft(request, mention)
        _save(request, draft)
        gone = writing.discard_candidate(draft, by=request.user)
    except Refusals as error:
        return pane.refused(request, mention, error)
    return pane.done(request, mention, discarded=gone)


@require_POST
@newsroom(USE)
def bring_back(request: NewsroomRequest, reply: int) -> HttpResponse:
    """A discarded candidate stands beside the others again."""
    mine = pane.reply_of(request, reply)
    try:
        draft = writing.bring_back_candidate(mine, by=request.user)
    except Refusals as error:
        return pane.refused(request, mine.mention, error)
    said = f"Candidate {draft.letter} is back."
    return pane.done(request, mine.mention, said=said, draft=str(draft.pk))


@require_POST
@newsroom(USE)
def undo(request: NewsroomRequest, reply: int) -> HttpResponse:
    """Take back what was approved; it opens again."""
    mine = pane.reply_of(request, reply)
    try:
        approval.undo(mine, by=request.user)
    except Refusals as error:
        return pane.refused(request, mine.mention, error)
    return pane.done(
        request, pane.mention_of(request, mine.mention_id), said="Undone. Nothing was sent."
    )


@require_POST
@newsroom(USE)
def posted_by_hand(request: NewsroomRequest, reply: int) -> HttpResponse:
    """The link of what a person posted on X itself; checked there, then counted as any other."""
    ours = pane.reply_of(request, reply)
    try:
        by_hand.posted(ours, link=request.POST.get("link", "")[:500], by=request.user)
    except Refusals as error:
        return pane.refused(request, ours.mention, error)
    return pane.advance(request, pane.mention_of(request, ours.mention_id))


def _draft(request: NewsroomRequest, mention: Mention) -> Reply:
    """The candidate that the page shows; the one written in last where it names none."""
    return writing.draft_of(mention, pk=request.POST.get("draft", ""), by=request.user)


def _save(request: NewsroomRequest, draft: Reply) -> None:
    """What stands in the composer, if the form has it."""
    form = request.POST
    if "text" in form:
        language = form.get("language", "")
        writing.save_draft(draft, text=form["text"], language=language, by=request.user)
