"""Safeguarding's pages: who answers, what they agreed to, until when, and who they really are."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaign.access import NewsroomRequest, newsroom
from videos import limits, reports, storage
from videos.actions import consent, consent_forms, footage, identities
from videos.crew import FieldRequest, crew_only
from videos.forms import ConsentForm, IdentityForm, RiskForm, WithdrawByCodeForm
from videos.models import Consent, Storyteller
from videos.wording import withdrawing


@require_safe
@newsroom("campaign.view_identities")
def storytellers(request: NewsroomRequest) -> HttpResponse:
    """Everybody who answers, with the state of their consent; `show` narrows it down."""
    show = request.GET.get("show", "")
    people = reports.storytellers(request.campaign, show=show)
    context = {"people": people, "show": show, "counts": reports.consent_counts(request.campaign)}
    return render(request, "videos/storytellers/list.html", context)


@require_safe
@newsroom("campaign.view_identities")
def storyteller(request: NewsroomRequest, pk: int) -> HttpResponse:
    """One of them: risk, every version of the consent, clips. Their identity stays closed."""
    person = _find(request, pk)
    return render(request, "videos/storytellers/one.html", _page(person))


@require_POST
@newsroom("campaign.view_identities")
def identity(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Open the identity, once, for a reason that is written down; or write it down anew."""
    person = _find(request, pk)
    context = _page(person)
    if request.POST.get("do") == "keep":
        form = IdentityForm(request.POST)
        if form.is_valid():
            identities.keep(person, identities.Person(**form.cleaned_data), by=request.user)
            messages.success(request, "Kept, encrypted.")
            return redirect("storyteller", request.campaign.slug, pk)
        context |= {"identity_form": form}
    else:
        try:
            real = identities.look(person, reason=request.POST.get("reason", ""), by=request.user)
        except ValueError as error:
            messages.error(request, str(error))
            return redirect("storyteller", request.campaign.slug, pk)
        initial = {"real_name": real.real_name, "contact": real.contact, "notes": real.notes}
        context |= {"identity_form": IdentityForm(initial=initial)}
    response = render(request, "videos/storytellers/one.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@newsroom("campaign.view_identities")
def risk(request: NewsroomRequest, pk: int) -> HttpResponse:
    """Change what safeguarding judges: age band, minor, risk, whether they film at all now."""
    person = _find(request, pk)
    form = RiskForm(request.POST)
    if form.is_valid():
        consent_forms.judge(person, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
    else:
        messages.error(request, str(next(iter(form.errors.values()))[0]))
    return redirect("storyteller", request.campaign.slug, pk)


@require_http_methods(["GET", "HEAD", "POST"])
@newsroom("campaign.view_identities")
def give_consent(request: NewsroomRequest, pk: int) -> HttpResponse:
    """A new version of the consent, from paper or a call; the code is shown once, right after."""
    person = _find(request, pk)
    form = ConsentForm(request.POST or None, request.FILES or None, storyteller=person)
    context = {"person": person, "form": form}
    if request.method != "POST" or not form.is_valid():
        return render(request, "videos/storytellers/consent.html", context)
    try:
        given = consent_forms.give(person, form.terms, by=request.user)
        if evidence := form.cleaned_data["evidence"]:
            kind = evidence.content_type or ""
            consent_forms.attach_evidence(
                given.consent, evidence, content_type=kind, by=request.user
            )
    except (consent_forms.ConsentError, footage.NotYourPlaceError) as error:
        form.add_error(None, str(error))
        return render(request, "videos/storytellers/consent.html", context)
    response = render(request, "videos/storytellers/given.html", {"person": person, "given": given})
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@newsroom("campaign.view_identities")
def evidence(request: NewsroomRequest, pk: int, version: int) -> HttpResponseBase:
    """What shows a consent: a recording, a picture. As a download, to safeguarding alone."""
    found = get_object_or_404(
        Consent,
        storyteller=_find(request, pk),
        version=version,
        evidence__gt="",
        evidence_purged_at=None,
    )
    if not storage.exists(found.evidence):
        raise Http404("The evidence is not in the store.")
    consent_forms.note_look(found, by=request.user)
    name = f"consent-{found.pk}.bin"
    response = FileResponse(storage.open_file(found.evidence), as_attachment=True, filename=name)
    response["Content-Type"] = "application/octet-stream"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@crew_only
def withdraw_for_crew(request: FieldRequest, pk: int) -> HttpResponse:
    """The storyteller told the crew that they take it back: at once, without a question."""
    person = get_object_or_404(Storyteller, pk=pk, place=request.place)
    try:
        consent.withdraw(
            person,
            channel=Consent.Channel.CREW,
            scope=_scope(request.POST.get("scope")),
            by=request.user,
        )
    except consent.NothingToWithdrawError as error:
        messages.error(request, str(error))
    else:
        words = withdrawing.speak(request.user.language)
        messages.success(request, words.done_for(person.public_name))
    return redirect("field")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw_by_code(request: HttpRequest) -> HttpResponse:
    """The public page: a storyteller with their code, from any phone, in their language."""
    language = request.GET.get("lang") or get_language() or "en"
    words = withdrawing.speak(language)
    context = {"words": words, "languages": withdrawing.LANGUAGES, "done": False}
    form = WithdrawByCodeForm(request.POST or None)
    context["form"] = form
    status = 200
    if request.method == "POST":
        if not limits.allow("withdraw", request, most=10, seconds=600):
            form.add_error(None, words.too_often)
            status = 429
        elif form.is_valid():
            try:
                scope = Consent.Scope(form.cleaned_data["scope"])
                consent.withdraw_by_code(form.cleaned_data["code"], scope=scope)
                context["done"] = True
            except consent.NothingToWithdrawError:
                form.add_error("code", words.unknown)
                status = 422
        else:
            status = 422
    response = render(request, "videos/withdraw_by_code.html", context, status=status)
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _scope(text: str | None) -> Consent.Scope:
    return Consent.Scope.NOTHING_NEW if text == "new" else Consent.Scope.EVERYTHING


def _find(request: NewsroomRequest, pk: int) -> Storyteller:
    people = Storyteller.objects.filter(campaign=request.campaign).select_related("place")
    return get_object_or_404(people, pk=pk)


def _page(person: Storyteller) -> dict[str, object]:
    consents = list(person.consents.select_related("collected_by", "withdrawn_by"))
    return {
        "person": person,
        "consents": consents,
        "newest": consents[0] if consents else None,
        "state": reports.consent_state(consents[0] if consents else None),
        "clips": list(person.clips.order_by("-received_at")[:60]),
        "risk_form": RiskForm(),
        "channels": Consent.Channel.choices,
        "scopes": Consent.Scope.choices,
    }
