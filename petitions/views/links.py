"""Tracked links: from a reply, or from somebody who signed, to the petition. Anybody may."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from campaign import visitors
from petitions import pages
from petitions.actions import clicks, links, sharing
from petitions.models import TrackedLink
from petitions.views.answers import NEVER, says_when_away


@require_safe
@says_when_away
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: to the petition, counted on the way. Only GET counts."""
    found = pages.tracked(slug)
    if request.method == "GET":
        agent = request.headers.get("User-Agent", "")
        clicks.count(found, ip=visitors.address(request), user_agent=agent)
    return _away(links.destination(found))


@require_safe
@says_when_away
def share(request: HttpRequest, slug: str) -> HttpResponse:
    """Anybody: to the network on which a signer passes the petition on; the press is counted."""
    shared = TrackedLink.objects.exclude(channel="").select_related("petition")
    found = get_object_or_404(shared, slug=slug)
    page = pages.find(found.petition.slug, language=found.language)
    if request.method == "GET":
        agent = request.headers.get("User-Agent", "")
        clicks.count_share(found, ip=visitors.address(request), user_agent=agent)
    words = page.words.share_words.format(title=page.text.title)
    return _away(sharing.intent(found, text=words, title=page.text.title))


class _Onward(HttpResponseRedirect):
    allowed_schemes = ["http", "https", "mailto"]


def _away(address: str) -> HttpResponse:
    response = _Onward(address)
    response["Cache-Control"] = NEVER
    response["X-Robots-Tag"] = "noindex"
    return response
