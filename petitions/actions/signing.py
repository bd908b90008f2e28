"""Sign, confirm, and "this was not me". None of these writes the petition's own row."""

import logging
from dataclasses import dataclass
from datetime import timedelta

import django_rq
from django.db import transaction
from django.utils import timezone
from redis import RedisError

from campaign import encryption
from petitions import addresses
from petitions.models import Petition, Signature, TrackedLink

log = logging.getLogger(__name__)

MOST_MAILS = 5
#: Signing again with the same address mails again, but not more often than this.
PATIENCE = timedelta(minutes=2)
NEWS_WORDING = "2026-11"


class Closed(Exception):
    """The petition no longer takes names."""


class TakenOut(Exception):
    """This signature was taken out; it can be confirmed no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What somebody wrote into the form, checked."""

    name: str
    email: str
    country: str
    language: str
    wants_news: bool


def address_key(petition: Petition, email: str) -> str:
    """By this a petition knows an address again without storing it in the clear."""
    return encryption.fingerprint(
        addresses.canonical(email), purpose=f"petition-{petition.pk}-address"
    )


def sign(
    petition: Petition, *, person: Person, link: TrackedLink | None, suspicious: bool = False
) -> None:
    """Keep a signature until it is confirmed; a known address keeps the one it has.

    Says nothing of which it was: the page answers the same to both, and the mail tells.
    A suspicious one is kept apart for review, and no mail goes out. Raises `Closed`.
    """
    if not petition.is_open:
        raise Closed
    key = address_key(petition, person.email)
    fresh = Signature(
        petition=petition,
        email_hmac=key,
        link=link,
        signed_at=timezone.now(),
        state=Signature.State.FRAUDULENT if suspicious else Signature.State.PENDING,
        mail_due=not suspicious,
        **_facts(person),
    )
    with transaction.atomic():
        Signature.objects.bulk_create([fresh], ignore_conflicts=True)
        # A row that is locked is being mailed this moment: nothing more to do for it.
        kept = (
            Signature.objects.select_for_update(skip_locked=True)
            .filter(petition=petition, email_hmac=key)
            .first()
        )
        if kept is None or suspicious:
            return
        _renew(kept, fresh=fresh)
        if kept.mail_due:
            ask_for_mail(kept.pk)


def _facts(person: Person) -> dict[str, str | bool]:
    return {
        "name": person.name,
        "email": person.email,
        "country": person.country,
        "language": person.language,
        "news_consent": person.wants_news,
        "news_wording": NEWS_WORDING if person.wants_news else "",
    }


def _renew(kept: Signature, *, fresh: Signature) -> None:
    """The same address again: it is owed a mail, within its limits.

    One that its owner took out, and that holds nothing any more, may be signed anew.
    """
    changed = ["mail_due"]
    if kept.state == Signature.State.INVALIDATED and not kept.email:
        for name in (
            "name", "email", "country", "language", "link_id", "signed_at", "state",
            "news_consent", "news_wording",
        ):  # fmt: skip
            setattr(kept, name, getattr(fresh, name))
            changed.append(name)
        kept.confirmed_at = None
        changed.append("confirmed_at")
    waits = kept.mailed_at is not None and kept.mailed_at > timezone.now() - PATIENCE
    may_have_mail = kept.state in {Signature.State.PENDING, Signature.State.CONFIRMED}
    if kept.mail_due or waits or kept.mails_sent >= MOST_MAILS or not may_have_mail:
        changed.remove("mail_due")
    else:
        kept.mail_due = True
    if changed:
        kept.save(update_fields=changed)


def ask_for_mail(signature_id: int) -> None:
    """Ring the bell for the mail worker on commit. A lost bell is found by the sweep."""

    def ring() -> None:
        try:
            django_rq.get_queue("mail").enqueue("petitions.jobs.send_mail", signature_id)
        except RedisError as error:
            log.warning("a mail waits for the sweep: %s", error)

    transaction.on_commit(ring)


def confirm(signature_id: int) -> Signature:
    """The owner of the address followed our link. Any number of times: the first one counts.

    A suspicious signature stays apart, with the time noted for whoever reviews it.
    Raises `TakenOut`, and `Signature.DoesNotExist` when it has been erased.
    """
    now = timezone.now()
    waiting = Signature.objects.filter(pk=signature_id, confirmed_at=None)
    if not waiting.filter(state=Signature.State.PENDING).update(
        state=Signature.State.CONFIRMED, confirmed_at=now
    ):
        waiting.filter(state=Signature.State.FRAUDULENT).update(confirmed_at=now)
    signature = Signature.objects.select_related("petition__count").get(pk=signature_id)
    if signature.state == Signature.State.INVALIDATED:
        raise TakenOut
    return signature


def not_me(signature_id: int) -> None:
    """Take the signature out and erase who it named. Any number of times.

    The hash of the address stays, so that the limit on mails to it holds.
    """
    Signature.objects.filter(pk=signature_id).update(
        state=Signature.State.INVALIDATED,
        name="",
        email="",
        country="",
        news_consent=False,
        news_wording="",
        mail_due=False,
    )
