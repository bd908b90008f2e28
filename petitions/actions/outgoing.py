"""What other systems are told of our signatures: signed webhooks, tried until they arrive.

Source of the format: Standard Webhooks 1.0. Any mailing or membership system is reached this way.
"""

import base64
import json
import logging
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import django_rq
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from redis import RedisError
from standardwebhooks.webhooks import Webhook

from campaign import audit
from campaign.models import User
from petitions import limits, outward
from petitions.models import Petition, Signature, WebhookDelivery, WebhookEndpoint

log = logging.getLogger(__name__)

State = WebhookDelivery.State
#: How long after each failure the next try comes; after the last, it is given up.
PAUSES = [
    timedelta(seconds=5), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30),
    timedelta(hours=2), timedelta(hours=8), timedelta(hours=24),
]  # fmt: skip
BATCH = 50
SHIFT = 40
RUNG = "petitions:hooks-rung"


def add_endpoint(petition: Petition, *, url: str, with_people: bool, by: User) -> WebhookEndpoint:
    """From now on it is told of each confirmed signature. Raises `outward.Refused`."""
    outward.check(url)
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.create(
            petition=petition, url=url, secret=new_secret(), with_people=with_people
        )
        facts = {"endpoint": endpoint.pk, "with_people": with_people}
        audit.record("added a webhook", petition, after=facts, by=by)
    return endpoint


def stop_endpoint(endpoint: WebhookEndpoint, *, by: User) -> None:
    """Nothing more is sent there; what was sent stays in the log."""
    with transaction.atomic():
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(active=False)
        WebhookDelivery.objects.filter(endpoint=endpoint, state=State.WAITING).update(
            state=State.FAILED, answer="The webhook was stopped.", done_at=timezone.now()
        )
        audit.record("stopped a webhook", endpoint.petition, after={"endpoint": endpoint.pk}, by=by)


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def tell_confirmed(signature: Signature) -> None:
    """Inside the transaction that confirms. Nobody is named who did not agree to news."""
    endpoints = list(WebhookEndpoint.objects.filter(petition_id=signature.petition_id, active=True))
    if not endpoints:
        return
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint=endpoint,
            event="signature.confirmed",
            payload=_payload(signature, with_people=endpoint.with_people),
        )
        for endpoint in endpoints
    )
    ask_for_delivery()


def _payload(signature: Signature, *, with_people: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "petition": signature.petition.slug,
        "signature": signature.pk,
        "country": signature.country,
        "language": signature.language,
        "news": signature.news_consent,
    }
    if with_people and signature.news_consent:
        data["person"] = {
            "name": signature.name,
            "email": signature.email,
            "postcode": signature.postcode,
            "wording": signature.news_wording,
        }
    return {
        "type": "signature.confirmed",
        "timestamp": timezone.now().isoformat(),
        "data": data,
    }


def ask_for_delivery() -> None:
    """Ring once until the worker has heard it."""

    def ring() -> None:
        try:
            if limits.redis().set(RUNG, 1, nx=True, ex=30):
                django_rq.get_queue("platforms").enqueue("petitions.jobs.deliver_webhooks")
        except RedisError as error:
            log.warning("webhooks wait for the sweep: %s", error)

    transaction.on_commit(ring)


def ring_for_due() -> None:
    """For the clock: retries whose time has come, and bells that were lost."""
    if _due().exists():
        ask_for_delivery()


def _due() -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(state=State.WAITING, due_at__lte=timezone.now())


def deliver_due() -> int:
    """Deliver what is due, for one shift. Returns how many were tried."""
    try:
        limits.redis().delete(RUNG)
    except RedisError as error:
        log.warning("the bell for webhooks stays rung: %s", error)
    began, tried = time.monotonic(), 0
    while time.monotonic() - began < SHIFT:
        ids = list(_due().order_by("due_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return tried
        for delivery_id in ids:
            deliver(delivery_id)
            tried += 1
    ask_for_delivery()
    return tried


def deliver(delivery_id: UUID) -> bool:
    """One try. The row is locked meanwhile, so that no other worker sends it too.

    A receiver may still get a message twice, when its answer is lost: the `webhook-id` stays the
    same, so that it can tell.
    """
    with transaction.atomic():
        delivery = (
            WebhookDelivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("endpoint")
            .filter(pk=delivery_id, state=State.WAITING)
            .first()
        )
        if delivery is None:
            return False
        delivery.tries += 1
        try:
            answer = _post(delivery)
        except (outward.Refused, outward.Unreachable) as error:
            delivery.status, delivery.answer = None, str(error)[:200]
        else:
            delivery.status = answer.status
            delivery.answer = answer.body[:200].decode(errors="replace").replace("\0", "")
        _settle(delivery)
        delivery.save()
    return delivery.state == State.SENT


def _post(delivery: WebhookDelivery) -> outward.Answer:
    body = json.dumps(delivery.payload, ensure_ascii=False)
    now = datetime.now(UTC)
    message_id = f"msg_{delivery.pk.hex}"
    signature = Webhook(delivery.endpoint.secret).sign(message_id, now, body)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature,
    }
    return outward.fetch(delivery.endpoint.url, method="POST", headers=headers, body=body.encode())


def _settle(delivery: WebhookDelivery) -> None:
    now = timezone.now()
    if delivery.status is not None and 200 <= delivery.status < 300:
        delivery.state, delivery.done_at = State.SENT, now
    elif delivery.tries > len(PAUSES) or delivery.status == 410:
        delivery.state, delivery.done_at = State.FAILED, now
        log.warning("a webhook to %s is given up", delivery.endpoint.url)
    else:
        delivery.due_at = now + PAUSES[delivery.tries - 1]
