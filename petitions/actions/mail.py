"""The one mail of a signature: "confirm", or "you have signed already"."""

import logging
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from urllib.parse import urlencode

import django_rq
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from redis import RedisError

from petitions import tokens
from petitions.actions.signing import MOST_MAILS
from petitions.models import PetitionText, Signature
from petitions.wording import speak

log = logging.getLogger(__name__)

#: A mail that could not be sent is tried again after this; one whose bell was lost, too.
RETRY = timedelta(minutes=2)
BATCH = 200


def send(signature_id: int) -> bool:
    """Send the mail that is owed. True when one went out; False when none is owed any more.

    The row is locked while the mail is handed over, so that two workers never send it twice. A
    mail server that does not answer leaves the mail owed; an address it refuses for good does not.
    """
    with transaction.atomic():
        signature = (
            Signature.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("petition")
            .filter(pk=signature_id, mail_due=True, mails_sent__lt=MOST_MAILS)
            .first()
        )
        if signature is None:
            return False
        signature.mailed_at = timezone.now()
        signature.mail_due = False
        try:
            compose(signature).send()
        except SMTPRecipientsRefused as error:
            signature.mail_due = any(code < 500 for code, _ in error.recipients.values())
            log.info("signature %s: the mail server refuses the address", signature.pk)
        except (SMTPException, OSError) as error:
            signature.mail_due = True
            log.warning("signature %s: the mail is tried again later: %s", signature.pk, error)
        else:
            signature.mails_sent += 1
        signature.save(update_fields=["mail_due", "mails_sent", "mailed_at"])
        return not signature.mail_due


def ring_for_owed() -> None:
    """For the clock: when mail is owed and the worker's queue is empty, its bells were lost."""
    if not _owed().exists():
        return
    try:
        queue = django_rq.get_queue("mail")
        if queue.count == 0:
            queue.enqueue("petitions.jobs.send_owed_mail")
    except RedisError as error:
        log.warning("owed mail waits: %s", error)


def send_owed() -> int:
    """Send what is owed and was forgotten or refused for a while. Returns how many were tried."""
    ids = list(_owed().order_by("id").values_list("pk", flat=True)[:BATCH])
    for signature_id in ids:
        send(signature_id)
    return len(ids)


def _owed() -> QuerySet[Signature]:
    """Mails whose bell was lost or whose last try failed, each after some patience."""
    before = timezone.now() - RETRY
    never_tried = Q(mailed_at=None, signed_at__lt=before)
    tried = Q(mailed_at__lt=before)
    return Signature.objects.filter(never_tried | tried, mail_due=True)


def compose(signature: Signature) -> EmailMessage:
    """The mail, in the language the person signed in. It repeats nothing that they typed:
    a name may be an advertisement, and the address somebody else's."""
    words = speak(signature.language)
    texts = PetitionText.objects.filter(petition=signature.petition)
    text = texts.filter(language=signature.language).first() or texts.order_by("id").first()
    title = text.title if text else signature.petition.slug
    known = signature.state == Signature.State.CONFIRMED
    page = reverse("petition", kwargs={"slug": signature.petition.slug})
    facts = {
        "title": title,
        "confirm": _url("confirm", tokens.confirming(signature.pk)),
        "not_me": _url("not-me", tokens.removing(signature.pk)),
        "page": f"{settings.PUBLIC_URL}{page}?{urlencode({'lang': signature.language})}",
    }
    subject = words.mail_known_subject if known else words.mail_subject
    body = words.mail_known_body if known else words.mail_body
    return EmailMessage(
        subject=" ".join(subject.format(**facts).split()),
        body=body.format(**facts),
        to=[signature.email],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": signature.language},
    )


def _url(name: str, token: str) -> str:
    return settings.PUBLIC_URL + reverse(name, kwargs={"token": token})
