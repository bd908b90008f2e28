"""What an editor asks for beside a tweet: the whole conversation, a translation."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaign.access import NewsroomRequest, newsroom
from responders import surroundings
from responders.views import pane
from videos.translation import NoTranslationError

USE = "campaign.use_desk"


@require_GET
@newsroom(USE)
def conversation(request: NewsroomRequest, pk: int) -> HttpResponse:
    """The conversation as X has it now. Asked for by hand: each look costs a call."""
    mention = pane.mention_of(request, pk)
    context: dict[str, object] = {"mention": mention}
    try:
        context["posts"] = surroundings.conversation(mention)
    except surroundings.NotNow as error:
        context["failure"] = str(error)
    return render(request, "responders/desk/conversation.html", context)


@require_GET
@newsroom(USE)
def translation(request: NewsroomRequest, pk: int) -> HttpResponse:
    mention = pane.mention_of(request, pk)
    context: dict[str, object] = {"mention": mention}
    try:
        context["words"] = surroundings.in_english(mention)
    except NoTranslationError:
        context["failure"] = "The translation did not come. Try again in a moment."
    return render(request, "responders/desk/translation.html", context)
