"""The public integrity ledger of a petition. Anybody may read it, and check it."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from petitions import pages
from petitions.actions import ledger as actions
from petitions.models import HandOver, LedgerEntry, Removal
from petitions.views import answers
from petitions.views.answers import CACHED, says_when_away

#: Days on the page; the file has all of them.
SHOWN = 90


@require_safe
@says_when_away
def ledger(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: each day's numbers, and what was taken out together."""
    page = pages.find(
        slug,
        language=request.GET.get("lang", ""),
        accepts=request.headers.get("Accept-Language", "")[:500],
    )
    context = {
        "page": page,
        "entries": LedgerEntry.objects.filter(petition=page.petition).order_by("-day")[:SHOWN],
        "removals": Removal.objects.filter(petition=page.petition)[:SHOWN],
        "hand_over": HandOver.objects.filter(petition=page.petition).defer("document").first(),
    }
    return answers.render("ledger.html", context, language=page.language, cache=CACHED)


@require_safe
@says_when_away
def ledger_file(_request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: the whole chain, as a file that a program can check."""
    page = pages.find(slug)
    entries = LedgerEntry.objects.filter(petition=page.petition).order_by("day")
    response = JsonResponse(
        {
            "petition": slug,
            "seal": "SHA-256 of the other facts of the day as JSON, names sorted, no spaces",
            "days": [actions.facts_of(one) | {"hash": one.hash} for one in entries],
        },
        json_dumps_params={"ensure_ascii": False},
    )
    response["Cache-Control"] = CACHED
    return response
