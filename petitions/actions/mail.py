"""The mails of a signature: "confirm", a reminder, or "you have signed already"."""

import logging
import time
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from redis import RedisError

from campaign import encryption, mailing
from campaign.mailing import Fate
from petitions import addresses, limits, tokens
from petitions.actions.signing import MOST_MAILS, RUNG, ask_for_mail
from petitions.models import Petition, PetitionText, Signature, Suppression
from petitions.wording import speak

log = logging.getLogger(__name__)

#: A mail that could not be sent is tried again after this.
RETRY = timedelta(minutes=2)
BATCH = 200
#: Seconds after which a job makes room for another one.
SHIFT = 40
MOST_REMINDERS = 3
REMIND_AFTER = timedelta(days=2)


def send(signature_id: int, *, connection: BaseEmailBackend | None = None) -> bool:
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
        if not is_suppressed(signature.email):
            _hand_over(signature, connection)
        signature.save(update_fields=["mail_due", "mails_sent", "mailed_at"])
        return not signature.mail_due


def _hand_over(signature: Signature, connection: BaseEmailBackend | None) -> None:
    message = compose(signature)
    message.connection = connection
    fate = mailing.hand_over(message, about=f"signature {signature.pk}")
    signature.mails_sent += fate == Fate.SENT
    signature.mail_due = fate == Fate.LATER
    if fate == Fate.LATER and connection is not None:
        connection.close()


def send_owed() -> int:
    """Send all that is owed, over one connection, for one shift. Returns how many were tried."""
    try:
        limits.redis().delete(RUNG)  # first: whoever signs from now on rings again
    except RedisError as error:
        log.warning("the bell for mails stays rung: %s", error)
    began, tried = time.monotonic(), 0
    with get_connection() as connection:
        while ids := list(_owed().order_by("id").values_list("pk", flat=True)[:BATCH]):
            for signature_id in ids:
                send(signature_id, connection=connection)
                tried += 1
                if time.monotonic() - began > SHIFT:
                    ask_for_mail()
                    return tried
    return tried


def ring_for_owed() -> None:
    """For the clock: when mail is owed and the worker's queue is empty, its bell was lost."""
    if _owed().exists():
        mailing.ring("petitions.jobs.send_owed_mail")


def _owed() -> QuerySet[Signature]:
    """Mails that were not tried yet, or whose last try was some time ago."""
    before = timezone.now() - RETRY
    return Signature.objects.filter(Q(mailed_at=None) | Q(mailed_at__lt=before), mail_due=True)


def remind() -> int:
    """For the clock: owe another mail to those who have not confirmed. Returns to how many.

    At most three, two days apart, and never beyond the five mails that one signature may cause.
    """
    waiting = Signature.objects.filter(
        state=Signature.State.PENDING,
        mail_due=False,
        mailed_at__lt=timezone.now() - REMIND_AFTER,
        mails_sent__range=(1, MOST_MAILS - 1),
        reminders__lt=MOST_REMINDERS,
        petition__in=Petition.objects.open().filter(signing_paused=False),
    )
    reminded = waiting.update(mail_due=True, reminders=F("reminders") + 1)
    if reminded:
        ask_for_mail()
    return reminded


def suppression_key(email: str) -> str:
    return encryption.fingerprint(addresses.canonical(email), purpose="suppressed")


def is_suppressed(email: str) -> bool:
    keys = encryption.fingerprints(addresses.canonical(email), purpose="suppressed")
    return Suppression.objects.filter(email_hmac__in=keys).exists()


def suppress(email: str, *, reason: str) -> None:
    """This address bounces, or its owner complained: it gets no mail of ours any more."""
    Suppression.objects.get_or_create(
        email_hmac=suppression_key(email), defaults={"reason": reason}
    )
    log.info("an address gets no more mail: it %s", reason)


def compose(signature: Signature) -> EmailMessage:
    """The mail, in the language the person signed in. It repeats nothing that they typed:
    a name may be an advertisement, and the address somebody else's."""
    words = speak(signature.language)
    texts = PetitionText.objects.filter(petition=signature.petition)
    text = texts.filter(language=signature.language).first() or texts.order_by("id").first()
    title = text.title if text else signature.petition.slug
    page = reverse("petition", kwargs={"slug": signature.petition.slug})
    facts = {
        "title": title,
        "confirm": _url("confirm", tokens.confirming(signature.pk)),
        "not_me": _url("not-me", tokens.removing(signature.pk)),
        "page": f"{settings.PUBLIC_URL}{page}?{urlencode({'lang': signature.language})}",
    }
    if signature.state == Signature.State.CONFIRMED:
        subject, body = words.mail_known_subject, words.mail_known_body
    elif signature.reminders and signature.mails_sent:
        subject, body = words.mail_remind_subject, words.mail_remind_body
    else:
        subject, body = words.mail_subject, words.mail_body
    return letter(
        to=signature.email,
        subject=subject.format(**facts),
        body=body.format(**facts),
        language=signature.language,
    )


def letter(*, to: str, subject: str, body: str, language: str) -> EmailMessage:
    """A mail that no program answers. The subject is one line, whatever a title holds."""
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[to],
        headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
    )


def _url(name: str, token: str) -> str:
    return settings.PUBLIC_URL + reverse(name, kwargs={"token": token})
