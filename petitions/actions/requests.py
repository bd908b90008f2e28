"""What we have of somebody, for whoever reads the mail at their address: to see, and to erase."""

import logging
from dataclasses import dataclass
from urllib.parse import urlencode

import django_rq
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from redis import RedisError

from campaign import audit, encryption
from petitions import addresses, limits, tokens
from petitions.actions import mail
from petitions.actions.signing import EMPTY, address_keys, not_me
from petitions.models import OutsideSignature, Petition, Signature
from petitions.wording import speak

log = logging.getLogger(__name__)

#: Mails of this kind to one address in a day.
MOST_MAILS = 3


@dataclass(frozen=True, slots=True)
class Held:
    """All that is stored under one address."""

    signatures: list[Signature]
    outside: list[OutsideSignature]

    def __bool__(self) -> bool:
        return bool(self.signatures or self.outside)

    def facts(self) -> dict[str, object]:
        """As a file that another program can read."""
        return {
            "signatures": [
                {
                    "petition": one.petition.slug,
                    "name": one.name,
                    "email": one.email,
                    "country": one.country,
                    "postcode": one.postcode,
                    "language": one.language,
                    "state": one.state,
                    "signed_at": one.signed_at.isoformat(),
                    "confirmed_at": one.confirmed_at.isoformat() if one.confirmed_at else None,
                    "news": one.news_consent,
                    "news_wording": one.news_wording,
                    "mails_sent": one.mails_sent,
                }
                for one in self.signatures
            ],
            "from_other_platforms": [
                {
                    "petition": one.petition.slug,
                    "platform": one.source.name,
                    "email": one.email,
                    "country": one.country,
                    "signed_at": one.signed_at.isoformat(),
                }
                for one in self.outside
            ],
        }


def ask(address: str, *, language: str) -> None:
    """Somebody typed this address. Whether we know it is told to the address alone."""
    sealed = encryption.encrypt(address)
    key = encryption.fingerprint(addresses.canonical(address), purpose="request")
    now = timezone.now()
    if not any(
        limits.first_time(f"request:{key}:{now:%Y%m%d}:{n}", seconds=limits.DAY)
        for n in range(MOST_MAILS)
    ):
        return
    try:
        queue = django_rq.get_queue("mail")
        queue.enqueue("petitions.jobs.send_what_we_have_of", sealed, language)
    except RedisError as error:
        log.warning("sent within the request, for the queue is away: %s", error)
        answer(sealed, language=language)


def answer(sealed: str, *, language: str) -> None:
    """Mail the link, whether we hold anything or not. `sealed` is the encrypted address."""
    address = encryption.decrypt(sealed)
    words = speak(language)
    path = reverse("your-data-open", kwargs={"token": tokens.opening(address)})
    mail.letter(
        to=address,
        subject=words.mail_data_subject,
        body=words.mail_data_body.format(
            link=f"{settings.PUBLIC_URL}{path}?{urlencode({'lang': language})}"
        ),
        language=language,
    ).send()


def held(address: str) -> Held:
    """Everything under that mailbox, however it is spelled, in every petition."""
    return Held(list(_signatures(address)), list(_outside(address)))


def _keys(address: str) -> list[str]:
    petitions = Petition.objects.values_list("pk", flat=True)
    return [key for pk in petitions for key in address_keys(pk, address)]


def _signatures(address: str) -> QuerySet[Signature]:
    found = Signature.objects.filter(email_hmac__in=_keys(address)).exclude(email="", name="")
    return found.select_related("petition").order_by("signed_at")


def _outside(address: str) -> QuerySet[OutsideSignature]:
    found = OutsideSignature.objects.filter(email_hmac__in=_keys(address))
    return found.select_related("petition", "source").order_by("signed_at")


def erase(address: str) -> int:
    """Take out every signature of that address and forget who it was. Returns how many.

    Of an own signature an empty row stays, so that the ledger's numbers remain true; of one from
    another platform nothing does. What a petition was handed over with is not changed by it.
    """
    erased = 0
    with transaction.atomic():
        for signature in _signatures(address):
            if signature.petition.handed_over_on:
                Signature.objects.filter(pk=signature.pk).update(**EMPTY)
            else:
                not_me(signature.pk)
            erased += 1
            audit.record("erased on request", signature.petition, after={"count": 1}, by=None)
        outside = _outside(address)
        erased += outside.count()
        OutsideSignature.objects.filter(pk__in=[one.pk for one in outside]).delete()
    return erased
