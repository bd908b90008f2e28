"""Consent in the field: explained in the storyteller's language, and on its way before any film.

The page works without a network: what was agreed, and the recording or picture that shows it, wait
on the phone with a code that the phone made, so that a form sent twice is one consent. The form
names the hash of the evidence; the evidence itself comes as films do (`videos/tus.py`).
"""

import dataclasses
import logging

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from videos import reports
from videos.actions import consent_forms, footage, uploads
from videos.crew import FieldRequest, crew_only
from videos.forms import ConsentForm, EvidenceForm
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
    """One consent of the crew's own place, and what is to come; the same code again is the same."""
    people = Storyteller.objects.at(request.place).filter(active=True).select_related("place")
    number = request.POST.get("storyteller", "")
    person = people.filter(pk=number).first() if number.isdecimal() else None
    if person is None:
        return _refused(request, "no storyteller of this place")
    form, evidence = ConsentForm(request.POST, storyteller=person), EvidenceForm(request.POST)
    if not form.is_valid() or not evidence.is_valid():
        return _refused(request, f"not complete: {sorted(form.errors | evidence.errors)}")
    terms = dataclasses.replace(
        form.terms,
        code=request.POST.get("code", ""),
        evidence_sha256=evidence.film.sha256,
        evidence_type=evidence.cleaned_data["evidence_type"],
    )
    sender = uploads.Sender(request.user, request.place, request.crew.device)
    try:
        given = consent_forms.give(person, terms, by=request.user)
        uploads.announce_evidence(evidence.film, given.consent, by=sender)
    except uploads.QuotaFullError:
        return JsonResponse({"errors": {"form": [request.words.quota_full]}}, status=503)
    except (consent_forms.ConsentError, footage.FootageError, uploads.UploadError) as error:
        return _refused(request, str(error))
    return JsonResponse({"version": given.consent.version}, status=201)


def _refused(request: FieldRequest, why: str) -> JsonResponse:
    log.warning("a consent from place %d is refused: %s", request.place.pk, why)
    return JsonResponse({"errors": {"form": [request.words.consent_refused]}}, status=422)
