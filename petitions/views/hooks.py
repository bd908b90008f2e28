"""What other platforms tell us. The secret in the address is the authority."""

import json
import logging
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from petitions.actions import platforms
from petitions.models import Source

log = logging.getLogger(__name__)


@csrf_exempt  # a secret in the address, and a signature where the sender can make one
@require_POST
def hook(request: HttpRequest, token: str) -> JsonResponse:
    """Another platform, by the secret address we gave it: signatures that were given there."""
    source = (
        Source.objects.select_related("petition")
        .filter(token_hash=platforms.hash_of(token), active=True)
        .first()
    )
    if source is None:
        return _refuse("There is no such webhook, or it was stopped.", status=404)
    body = request.body
    if source.secret:
        try:
            Webhook(source.secret).verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError) as error:
            log.warning("source %s: a webhook is not signed as agreed: %s", source.pk, error)
            return _refuse(f"The signature does not fit: {error}", status=401)
        if platforms.is_replay(source, request.headers.get("webhook-id", "")):
            return JsonResponse({"added": 0, "known": 0, "refused": 0, "replayed": True})
    try:
        payload: Any = json.loads(body)
    except ValueError:
        return _refuse("This is not JSON.", status=400)
    received = platforms.receive_payload(source, payload)
    return JsonResponse(
        {"added": received.added, "known": received.known, "refused": received.refused}
    )


def _refuse(words: str, *, status: int) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)
