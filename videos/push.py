"""Web push: a few words for a phone, through the service of its browser (RFC 8030, 8291, 8292)."""

import base64
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid
from pywebpush import WebPushException, webpush

log = logging.getLogger(__name__)

PATIENCE = 10
GONE = {404, 410}


class PushError(Exception):
    """The message did not reach the service; it may be tried again."""


class SubscriptionGoneError(PushError):
    """The phone took its permission back, or is no more."""


def is_on() -> bool:
    return bool(settings.VAPID_PRIVATE_KEY)


@cache
def _public_key(private: str) -> str:
    point = Vapid.from_raw(private.encode()).public_key.public_bytes(
        Encoding.X962, PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def public_key() -> str:
    """What a browser needs to subscribe, as base64url; "" while push is off."""
    return _public_key(settings.VAPID_PRIVATE_KEY) if is_on() else ""


def is_service(endpoint: str) -> bool:
    """Whether the address is that of a browser's push service: we call no other."""
    try:
        parts = urlsplit(endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError:
        return False
    return any(fnmatchcase(origin, one) for one in settings.PUSH_SERVICES)


class _NoRedirects(requests.Session):
    """A service that sends us elsewhere is not followed."""

    def __init__(self) -> None:
        super().__init__()
        self.max_redirects = 0
        self.trust_env = False


def send(subscription: Mapping[str, Any], message: Mapping[str, str], *, lasts: timedelta) -> None:
    """Hand over one message, encrypted for that phone; the service keeps it for `lasts` at most.

    Raises `SubscriptionGoneError`, `PushError`.
    """
    if not is_service(str(subscription.get("endpoint", ""))):
        raise SubscriptionGoneError("not the address of a push service")
    try:
        webpush(
            dict(subscription),
            json.dumps(message),
            vapid_private_key=settings.VAPID_PRIVATE_KEY,
            vapid_claims={"sub": settings.VAPID_SUBJECT},
            ttl=max(0, int(lasts.total_seconds())),
            headers={"Urgency": "high"},
            timeout=PATIENCE,
            requests_session=_NoRedirects(),
        )
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else 0
        kind = SubscriptionGoneError if status in GONE else PushError
        raise kind(f"the push service answered {status}") from error
    except requests.RequestException as error:
        raise PushError(f"the push service was not reached: {type(error).__name__}") from error
    except (ValueError, TypeError) as error:  # keys that are no keys
        raise SubscriptionGoneError("the subscription is not usable") from error
