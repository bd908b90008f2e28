"""The petition as a document, for the day it is handed over. For managers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_date, parse_datetime
from django.views.decorators.http import require_http_methods, require_safe

from campaign.access import NewsroomRequest
from petitions.actions import handover as actions
from petitions.actions.ledger import canonical
from petitions.models import HandOver, Petition
from petitions.reports import names
from petitions.views import desk
from petitions.wording import countries


@require_http_methods(["GET", "HEAD", "POST"])
@desk.of_petition
def hand_over(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    """The document to read and print; POST seals it, or notes the day."""
    if request.method == "POST":
        return _act(request, petition)
    sealed = list(HandOver.objects.filter(petition=petition).select_related("by")[:10])
    wanted = request.GET.get("sealed", "")
    kept = next((one for one in sealed if str(one.pk) == wanted), None)
    document = kept.document if kept else actions.draw_up(petition)
    called = dict(countries("en"))
    texts = [
        {**text, "name": names.language(text["language"]), "since": parse_datetime(text["since"])}
        for text in document["texts"]
    ]
    english = [text for text in texts if text["language"] == "en"]
    context = {
        "petition": petition,
        "document": document,
        "title": (english or texts)[-1]["title"] if texts else petition.slug,  # the newest version
        "counted": parse_datetime(document["counted"]),
        "apart": _apart(document["signatures"]),
        "texts": texts,
        "removals": [{**one, "on": parse_date(one["on"])} for one in document["removals"]],
        "hash": kept.hash if kept else "",
        "kept": kept,
        "sealed": sealed,
        "countries": [
            (called.get(one["country"], one["country"] or "not given"), one["confirmed"])
            for one in document["countries"]
        ],
        "languages": [
            (names.language(one["language"]), one["confirmed"]) for one in document["languages"]
        ],
    }
    return render(request, "petitions/hand_over.html", context)


#: What is told beside the confirmed ones, always or where there are any.
APART = {"pending": "not confirmed", "removed": "removed"}
ELSEWHERE = {
    "other_platforms": "more people on other platforms",
    "other_platforms_as_a_number": "told by other platforms as a number",
}


def _apart(signatures: dict[str, int]) -> list[str]:
    said = [f"{signatures[name]:,} {words}" for name, words in APART.items()]
    return said + [
        f"{signatures[name]:,} {words}" for name, words in ELSEWHERE.items() if signatures.get(name)
    ]


def _act(request: NewsroomRequest, petition: Petition) -> HttpResponse:
    if request.POST.get("do") == "seal":
        kept = actions.seal(petition, by=request.user)
        messages.success(request, "The document is sealed. This is the one to hand over.")
        return desk.back(petition, "hand-over", query=f"sealed={kept.pk}")
    try:
        on = parse_date(request.POST.get("on", ""))
    except ValueError:
        on = None
    if on is None:
        messages.error(request, "Write the day, such as 2027-02-08.")
    else:
        actions.note_handed_over(petition, on=on, by=request.user)
        messages.success(request, "The public page says so now.")
    return desk.back(petition, "hand-over")


@require_safe
@desk.of_petition
def document(_request: NewsroomRequest, petition: Petition, pk: int) -> HttpResponse:
    """The sealed document, byte for byte as it was hashed."""
    kept = get_object_or_404(HandOver, pk=pk, petition=petition)
    response = HttpResponse(canonical(kept.document), content_type="application/json")
    name = f"{petition.slug}-{kept.at:%Y-%m-%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
