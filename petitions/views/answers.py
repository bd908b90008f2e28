"""How the public's views answer: in the reader's language, without the request, without a cookie.

Templates are rendered without the request, so that nothing about the reader can get into a page
that caches keep for everybody.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_vary_headers

from petitions import pages
from petitions.models import Petition, Signature
from petitions.wording import RIGHT_TO_LEFT, speak

log = logging.getLogger(__name__)
P = ParamSpec("P")

#: With the count job's three seconds, a number is at most ten seconds old. While we are away, a
#: page of yesterday is better than none.
CACHED = "public, max-age=4, stale-while-revalidate=3, stale-if-error=86400"
NEVER = "no-store"


def render(
    template: str, context: dict[str, Any], *, language: str, status: int = 200, cache: str = NEVER
) -> HttpResponse:
    with translation.override(language):
        response = HttpResponse(render_to_string(f"petitions/{template}", context), status=status)
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
    response["Cache-Control"] = cache
    return response


def wanted(request: HttpRequest) -> list[str]:
    """The languages that a reader wants, the best first."""
    accepts = request.headers.get("Accept-Language", "")[:500]
    return [request.GET.get("lang", ""), *pages.preferred(accepts)]


def spoken(language: str) -> dict[str, Any]:
    """What a template needs that belongs to no petition."""
    return {
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "words": speak(language),
    }


def comes_from_elsewhere(request: HttpRequest) -> bool:
    """Another site's page sent this form. There is no cookie to abuse, but our readers'
    addresses would speak for somebody else."""
    origin = request.headers.get("Origin", "")
    if origin in {"", "null"}:
        return request.headers.get("Sec-Fetch-Site", "") == "cross-site"
    return urlsplit(origin).netloc not in {request.get_host(), urlsplit(settings.PUBLIC_URL).netloc}


def message(
    request: HttpRequest, kind: str, *, signature_id: int | None = None, status: int = 200
) -> HttpResponse:
    """A page that says one thing, in the language of the signature or of the reader."""
    signature = (
        Signature.objects.select_related("petition__campaign").filter(pk=signature_id).first()
        if signature_id
        else None
    )
    known = [signature.language] if signature else []
    language = pages.language_of(known + wanted(request))
    petition = signature.petition if signature else _only_petition()
    context = spoken(language) | {"kind": kind, "petition": petition}
    return render("message.html", context, language=language, status=status)


def _only_petition() -> Petition | None:
    """The way back for a link that we cannot read: where one petition is open, to that one."""
    found = list(Petition.objects.public().select_related("campaign")[:2])
    return found[0] if len(found) == 1 else None


def _sent(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form of ours holds; a proof of work is good once, and was given."""
    if request.method != "POST" or comes_from_elsewhere(request):
        return []
    sent = request.POST.dict()
    return [(name, str(value)) for name, value in sent.items() if name not in {"work", "ticket"}]


def says_when_away(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """While the database is away: say so in the reader's language, and that nothing was stored.

    What they had typed is on that page, behind the button that sends it once more.
    """

    @wraps(view)
    def said(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (OperationalError, InterfaceError) as error:
            log.error("the database is away: %s", error)  # noqa: TRY400  no traceback a visitor
            language = pages.language_of(wanted(request))
            context = spoken(language) | {"kind": "busy", "petition": None}
            context |= {"again": request.get_full_path(), "sent": _sent(request)}
            response = render("message.html", context, language=language, status=503)
            response["Retry-After"] = "60"
            return response

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], said)
