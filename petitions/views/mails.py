"""Where the links in our mails lead, and the news that mail providers send of mails.

Whoever holds such a link may follow it: nobody else has it.
"""

import json
import logging
from dataclasses import replace
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from petitions import pages, tokens
from petitions.actions import mail, sharing, signing
from petitions.models import Signature, Suppression
from petitions.views import answers
from petitions.views.answers import message, says_when_away

log = logging.getLogger(__name__)


@require_safe
@says_when_away
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link from our mail. HEAD, as mail scanners send it, changes nothing."""
    try:
        signature_id = tokens.confirmed_by(token)
        if request.method == "HEAD":
            return HttpResponse()
        signature = signing.confirm(signature_id)
    except (tokens.Forged, Signature.DoesNotExist):
        return message(request, "bad_link", status=404)
    except signing.TakenOut:
        return message(request, "removed")
    found = pages.find(signature.petition.slug, language=signature.language)
    page = replace(found, confirmed_at=signature.confirmed_at)
    links = sharing.all_for(signature.petition, came_by=signature.link, language=page.language)
    context = {"page": page, "links": links, "copied": links["copy"]}
    return answers.render("thanks.html", context, language=page.language)


@csrf_exempt  # the token in the address is the authority, and nobody else has it
@require_http_methods(["GET", "HEAD", "POST"])
@says_when_away
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link from our mail: take the signature out, after one question."""
    try:
        signature_id = tokens.removed_by(token)
    except tokens.Forged:
        return message(request, "bad_link", status=404)
    if request.method == "POST":
        signing.not_me(signature_id)
        return message(request, "removed", signature_id=signature_id)
    return message(request, "not_me", signature_id=signature_id)


@csrf_exempt  # the provider shows the secret that we gave it
@require_POST
def mail_news(request: HttpRequest, provider: str) -> HttpResponse:
    """The mail provider that we send by, with its secret: bounces and complaints."""
    if provider != settings.EMAIL_PROVIDER or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        raise Http404
    view = _tracking_view(provider)
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except AnymailWebhookValidationFailure as error:
        raise PermissionDenied from error
    except (ValueError, KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        log.warning("news of a mail cannot be read: %s", type(error).__name__)
        return HttpResponse("This is not news of a mail.", status=400, content_type="text/plain")
    for event in events:
        _take(event)
    return HttpResponse(status=204)


def _tracking_view(provider: str) -> Any:
    """Anymail's own reader of that provider's news; it knows how each of them signs it."""
    module = import_module(f"anymail.webhooks.{provider}")
    found = [
        getattr(module, name)
        for name in dir(module)
        if name.endswith("TrackingWebhookView") and not name.startswith("Anymail")
    ]
    return found[0]()


def _take(event: AnymailTrackingEvent) -> None:
    reasons = {
        EventType.BOUNCED: Suppression.Reason.BOUNCED,
        EventType.COMPLAINED: Suppression.Reason.COMPLAINED,
        EventType.REJECTED: Suppression.Reason.BOUNCED,
    }
    reason = reasons.get(event.event_type)
    if reason and event.recipient:
        mail.suppress(event.recipient, reason=reason)
