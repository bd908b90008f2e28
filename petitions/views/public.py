"""The pages that anybody may see. None of them reads or sets a cookie.

Templates are rendered without the request, so that nothing about the reader can get into a page
that caches keep for everybody.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from petitions import limits, pages, tokens
from petitions.actions import clicks, signing
from petitions.forms import SignForm
from petitions.models import Petition, Signature, TrackedLink
from petitions.pages import Page
from petitions.wording import RIGHT_TO_LEFT, WORDS, speak

#: As long as the counts stay the same; a stale page is better than none while we are away.
CACHED = "public, max-age=10, stale-while-revalidate=60, stale-if-error=86400"
NEVER = "no-store"


def _render(
    template: str, context: dict[str, Any], *, language: str, status: int = 200, cache: str = NEVER
) -> HttpResponse:
    with translation.override(language):
        response = HttpResponse(render_to_string(f"petitions/{template}", context), status=status)
    response["Content-Language"] = language
    response["Cache-Control"] = cache
    return response


def _page(request: HttpRequest, slug: str) -> Page:
    return pages.find(
        slug,
        link=request.GET.get("l", ""),
        language=request.GET.get("lang", ""),
        accepts=request.headers.get("Accept-Language", "")[:500],
    )


def _ip(request: HttpRequest) -> str:
    """The visitor's, as the web server tells it (it trusts only the proxies named to it)."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _comes_from_elsewhere(request: HttpRequest) -> bool:
    """Another site's page sent this form. There is no cookie to abuse, but our readers'
    addresses would speak for somebody else."""
    origin = request.headers.get("Origin", "")
    if origin in {"", "null"}:
        return request.headers.get("Sec-Fetch-Site", "") == "cross-site"
    return urlsplit(origin).netloc not in {request.get_host(), urlsplit(settings.PUBLIC_URL).netloc}


@csrf_exempt  # no session to protect: a signed token in the form and the Origin header instead
@require_http_methods(["GET", "HEAD", "POST"])
def petition(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: read the petition, sign it."""
    page = _page(request, slug)
    if request.method == "POST":
        return _sign(request, page)
    form = SignForm(page=page)
    return _render(
        "petition.html", {"page": page, "form": form}, language=page.language, cache=CACHED
    )


def _sign(request: HttpRequest, page: Page) -> HttpResponse:
    form = SignForm(request.POST, page=page)
    context = {"page": page, "form": form}
    if _comes_from_elsewhere(request):
        return _render("petition.html", context, language=page.language, status=403)
    if not form.is_valid() or form.offer:
        return _render("petition.html", context, language=page.language, status=422)
    suspicious = limits.over_limit(_ip(request)) or form.looks_automatic
    try:
        signing.sign(page.petition, person=form.person(), link=page.link, suspicious=suspicious)
    except signing.Closed:
        return _render("petition.html", context, language=page.language, status=409)
    address = reverse("petition-signed", kwargs={"slug": page.petition.slug})
    return HttpResponseRedirect(f"{address}?{urlencode({'lang': page.language})}", status=303)


@require_safe
def signed(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: "check your mail", the same for every address."""
    page = _page(request, slug)
    return _render("signed.html", {"page": page}, language=page.language)


@require_safe
def how_we_count(request: HttpRequest) -> HttpResponse:
    """Anybody: what the numbers mean, and what becomes of the data."""
    wanted = [request.GET.get("lang", "")]
    wanted += pages.preferred(request.headers.get("Accept-Language", "")[:500])
    language = next((one for one in wanted if one in WORDS), "en")
    words = speak(language)
    context = {
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "words": words,
        "counting": pages.prose(words.counting),
        "data": pages.prose(words.data),
    }
    return _render("how_we_count.html", context, language=language, cache=CACHED)


@require_safe
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: from a reply to the petition, counted on the way. Only GET counts."""
    found = get_object_or_404(TrackedLink.objects.select_related("petition"), slug=slug)
    if request.method == "GET":
        agent = request.headers.get("User-Agent", "")
        clicks.count(found, ip=_ip(request), user_agent=agent)
    address = reverse("petition", kwargs={"slug": found.petition.slug})
    response = HttpResponseRedirect(f"{address}?{urlencode({'l': found.slug})}")
    response["Cache-Control"] = NEVER
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link from our mail. HEAD, as mail scanners send it, changes nothing."""
    try:
        signature_id = tokens.confirmed_by(token)
        if request.method == "HEAD":
            return HttpResponse()
        signature = signing.confirm(signature_id)
    except (tokens.Forged, Signature.DoesNotExist):
        return _message(request, "bad_link", status=404)
    except signing.TakenOut:
        return _message(request, "removed")
    page = pages.find(signature.petition.slug, language=signature.language)
    share = {
        "text": page.words.share_words.format(title=page.text.title),
        "address": page.public_address,
    }
    context = {"page": page, "share": share}
    return _render("thanks.html", context, language=page.language)


@csrf_exempt  # the token in the address is the authority, and nobody else has it
@require_http_methods(["GET", "HEAD", "POST"])
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link from our mail: take the signature out, after one question."""
    try:
        signature_id = tokens.removed_by(token)
    except tokens.Forged:
        return _message(request, "bad_link", status=404)
    if request.method == "POST":
        signing.not_me(signature_id)
        return _message(request, "removed", signature_id=signature_id)
    return _message(request, "not_me", signature_id=signature_id)


def _message(
    request: HttpRequest, kind: str, *, signature_id: int | None = None, status: int = 200
) -> HttpResponse:
    """A page that says one thing, in the language of the signature or of the reader."""
    signature = (
        Signature.objects.select_related("petition").filter(pk=signature_id).first()
        if signature_id
        else None
    )
    known = [signature.language] if signature else []
    wanted = known + pages.preferred(request.headers.get("Accept-Language", "")[:500])
    language = next((one for one in wanted if one in WORDS), "en")
    context = {
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "words": speak(language),
        "kind": kind,
        "petition": signature.petition if signature else _only_petition(),
    }
    return _render("message.html", context, language=language, status=status)


def _only_petition() -> Petition | None:
    """The way back for a link that we cannot read: where one petition is open, to that one."""
    found = list(Petition.objects.public()[:2])
    return found[0] if len(found) == 1 else None
