"""Consent in the field: explained in the storyteller's language, and on its way before any film.

The page works without a network: what was agreed, and the recording or picture that shows it, wait
on the phone with a code that the phone made, so that a form sent twice is one consent.
"""

import dataclasses
import logging

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from videos import reports
from videos.actions import consent_forms, footage
from videos.crew import FieldRequest, crew_only
from videos.forms import ConsentForm
from videos.models import Consent, Storyteller
from videos.views.field import shell

log = logging.getLogger(__name__)

METHODS = (Consent.Method.SPOKEN, Consent.Method.SIGNED, Consent.Method.MARK)
PLACES = (
    (Consent.PlaceShown.NONE, "place_none"),
    (Consent.PlaceShown.COUNTRY, "place_country"),
    (Consent.PlaceShown.CAMP, "place_camp"),
)


@require_safe
@ensure_csrf_cookie
@crew_only
def consent(request: FieldRequest) -> HttpResponse:
    """The form; the page's script keeps what is written in it."""
    words = request.words
    context = {
        **shell(request),
        "storytellers": Storyteller.objects.at(request.place).filter(active=True),
        "languages": list(reports.LANGUAGES.items()),
        "told": [(told.value, getattr(words, f"told_{told.value}")) for told in Consent.Told],
        "methods": [(one.value, getattr(words, f"method_{one.value}")) for one in METHODS],
        "places": [(one.value, getattr(words, name)) for one, name in PLACES],
        "network": footage.NETWORK,
    }
    return render(request, "videos/consent.html", context)


@require_POST
@crew_only
def consents(request: FieldRequest) -> JsonResponse:
    """One consent of the crew's own place, with its evidence; the same code again is the same."""
    people = Storyteller.objects.at(request.place).filter(active=True).select_related("place")
    number = request.POST.get("storyteller", "")
    person = people.filter(pk=number).first() if number.isdecimal() else None
    if person is None:
        return _refused(request, "no storyteller of this place")
    form = ConsentForm(request.POST, request.FILES, storyteller=person)
    if not form.is_valid() or not form.cleaned_data["evidence"]:
        return _refused(request, f"not complete: {sorted(form.errors) or 'evidence'}")
    evidence = form.cleaned_data["evidence"]
    terms = dataclasses.replace(form.terms, code=request.POST.get("code", ""))
    try:
        given = consent_forms.give(person, terms, by=request.user)
        kind = evidence.content_type or ""
        consent_forms.attach_evidence(given.consent, evidence, content_type=kind, by=request.user)
    except (consent_forms.ConsentError, footage.FootageError) as error:
        return _refused(request, str(error))
    return JsonResponse({"version": given.consent.version}, status=201)


def _refused(request: FieldRequest, why: str) -> JsonResponse:
    log.warning("a consent from %s is refused: %s", request.place.slug, why)
    return JsonResponse({"errors": {"form": [request.words.consent_refused]}}, status=422)
