"""The petition itself: read it, sign it, see what came of it. Anybody may."""

from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaign import visitors
from petitions import limits, pages, proof, rules
from petitions.actions import signing
from petitions.forms import SignForm
from petitions.limits import Rate
from petitions.models import Signature
from petitions.pages import Page
from petitions.views import answers
from petitions.views.answers import CACHED, says_when_away

Suspicion = Signature.Suspicion


def _page(request: HttpRequest, slug: str, *, remembered: bool = False) -> Page:
    return pages.find(
        slug,
        link=request.GET.get("l", ""),
        language=request.GET.get("lang", ""),
        accepts=request.headers.get("Accept-Language", "")[:500],
        remembered=remembered,
    )


@csrf_exempt  # no session to protect: a signed token in the form and the Origin header instead
@require_http_methods(["GET", "HEAD", "POST"])
@says_when_away
def petition(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: read the petition, sign it."""
    if request.method == "POST":
        return _sign(request, _page(request, slug, remembered=True))
    page = _page(request, slug)
    return _show(page, SignForm(page=page), status=200, cache=CACHED)


def _show(page: Page, form: SignForm, *, status: int, cache: str = answers.NEVER) -> HttpResponse:
    context = {"page": page, "form": form}
    return answers.render(
        "petition.html", context, language=page.language, status=status, cache=cache
    )


def _sign(request: HttpRequest, page: Page) -> HttpResponse:
    form = SignForm(request.POST, page=page)
    if answers.comes_from_elsewhere(request):
        return _show(page, form, status=403)
    if not form.is_valid() or form.offer:
        return _show(page, form, status=422)
    ip, person = visitors.address(request), form.person()
    network = limits.network_of(ip)
    vouched, suspicion = rules.judge(page.petition.pk, domain=person.domain, ip=ip)
    if form.looks_automatic:
        suspicion = Suspicion.FIELD
    elif not vouched and not suspicion:
        rate = limits.rate(network)
        if rate == Rate.BUSY and not form.proves_a_person:
            form.step = proof.step()
            return _show(page, form, status=429)
        suspicion = Suspicion.RATE if rate == Rate.OVER else ""
    try:
        signing.sign(
            page.petition,
            person=person,
            link=page.link,
            suspicion=suspicion,
            network=signing.network_key(network),
        )
    except (signing.Closed, signing.Paused):
        return _show(_page(request, page.petition.slug), form, status=409)
    return HttpResponseRedirect(_thanks(page.petition.slug, page.language), status=303)


@lru_cache(maxsize=1_024)
def _thanks(slug: str, language: str) -> str:
    """Where everybody goes who signed."""
    return f"{reverse('petition-signed', kwargs={'slug': slug})}?{urlencode({'lang': language})}"


@require_safe
@says_when_away
def signed(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: "check your mail", the same for every address."""
    page = _page(request, slug)
    return answers.render("signed.html", {"page": page}, language=page.language)


@require_safe
@says_when_away
def archive(request: HttpRequest) -> HttpResponse:
    """Anybody: all petitions, the open ones and what came of the closed ones."""
    language = pages.language_of(answers.wanted(request))
    opened, closed = pages.listed(language)
    context = answers.spoken(language) | {"open": opened, "closed": closed}
    return answers.render("archive.html", context, language=language, cache=CACHED)


@xframe_options_exempt  # networks show it within their own pages
@require_safe
@says_when_away
def player(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: the storyteller's video alone, for a card on another site."""
    page = _page(request, slug)
    if not page.shows_video:
        raise Http404
    return answers.render("player.html", {"page": page}, language=page.language, cache=CACHED)


@require_safe
def how_we_count(request: HttpRequest) -> HttpResponse:
    """Anybody: what the numbers mean, and what becomes of the data."""
    language = pages.language_of(answers.wanted(request))
    context = answers.spoken(language)
    words = context["words"]
    context |= {
        "counting": pages.prose(words.counting),
        "data": pages.prose(words.data.format(days=settings.SIGNATURES_KEPT_DAYS)),
    }
    return answers.render("how_we_count.html", context, language=language, cache=CACHED)
