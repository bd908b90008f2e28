"""Sign, confirm, and "this was not me". None of these writes the petition's own row."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

import django_rq
from django.db import connection, transaction
from django.utils import timezone
from redis import RedisError

from campaign import encryption
from petitions import addresses, limits
from petitions.actions import outgoing
from petitions.actions.tally import Tally
from petitions.models import Petition, Signature, TrackedLink

log = logging.getLogger(__name__)

MOST_MAILS = 5
#: Signing again with the same address mails again, but not more often than this.
PATIENCE = timedelta(minutes=2)
NEWS_WORDING = "2026-11"
#: While this is set, a job that sends all owed mail is waiting already.
RUNG = "petitions:mail-rung"
#: In a crowd each process rings once in so many seconds; the clock hears the others.
RING_EVERY = 1.0
_rung_at = -RING_EVERY

# One round trip: the row, and what it does to the counts. A known address writes neither, nor
# does a petition that was closed or paused a moment ago: what we hold of it may be older. False
# then. The function stands in the migrations.
_SIGN = """
SELECT petitions_sign(
    %(petition)s, %(key)s, %(email)s, %(name)s, %(country)s, %(postcode)s, %(domain)s,
    %(network)s, %(language)s, %(link)s, %(state)s, %(suspicion)s, %(news)s, %(wording)s, %(now)s
)
"""

_CONFIRM = """
WITH done AS (
    UPDATE petitions_signature SET state = 'confirmed', confirmed_at = %(now)s, mail_due = false
    WHERE id = %(id)s AND confirmed_at IS NULL AND state = 'pending'
    RETURNING petition_id, country, language, link_id
)
INSERT INTO petitions_countchange
    (petition_id, country, language, link_id, confirmed, pending, removed)
SELECT petition_id, country, language, link_id, 1, -1, 0 FROM done
"""


class Closed(Exception):
    """The petition no longer takes names."""


class Paused(Exception):
    """The petition takes no names for a while."""


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
    postcode: str = ""

    @property
    def domain(self) -> str:
        return self.email.rpartition("@")[2].lower()


def _purpose(petition_id: int) -> str:
    return f"petition-{petition_id}-address"


def address_key(petition: Petition, email: str) -> str:
    """By this a petition knows an address again without storing it in the clear."""
    return address_keys(petition.pk, email)[0]


def address_keys(petition_id: int, email: str) -> list[str]:
    """With each of `EMAIL_HMAC_KEYS`, the newest first."""
    return encryption.fingerprints(addresses.canonical(email), purpose=_purpose(petition_id))


def network_key(network: str) -> str:
    """By this reviewers see that signatures came from one network, and not from which."""
    return encryption.fingerprint(network, purpose="network")[:32]


def sign(
    petition: Petition,
    *,
    person: Person,
    link: TrackedLink | None,
    suspicion: str = "",
    network: str = "",
) -> None:
    """Keep a signature until it is confirmed; a known address keeps the one it has.

    Says nothing of which it was: the page answers the same to both, and the mail tells.
    With a `suspicion` it is kept apart for review, and no mail goes out.
    Raises `Closed` and `Paused`.
    """
    key, *old_keys = address_keys(petition.pk, person.email)
    if old_keys:
        Signature.objects.filter(petition=petition, email_hmac__in=old_keys).update(email_hmac=key)
    with connection.cursor() as cursor:
        cursor.execute(
            _SIGN, _row(petition, person, key, link=link, suspicion=suspicion, network=network)
        )
        (is_new,) = cursor.fetchone()
    if is_new and not suspicion:
        ask_for_mail()
    elif not is_new:
        now = Petition.objects.get(pk=petition.pk)
        if not now.is_open:
            raise Closed
        if now.signing_paused:
            raise Paused
        if not suspicion:
            _sign_again(petition, person, key, link=link)


def _row(
    petition: Petition,
    person: Person,
    key: str,
    *,
    link: TrackedLink | None,
    suspicion: str,
    network: str,
) -> dict[str, str | int | bool | datetime | None]:
    return {
        "petition": petition.pk,
        "key": key,
        "email": encryption.encrypt(person.email),
        "name": encryption.encrypt(person.name),
        "postcode": encryption.encrypt(person.postcode) if person.postcode else "",
        "country": person.country,
        "domain": person.domain,
        "network": network,
        "language": person.language,
        "link": link.pk if link else None,
        "state": Signature.State.FRAUDULENT if suspicion else Signature.State.PENDING,
        "suspicion": suspicion,
        "news": person.wants_news,
        "wording": NEWS_WORDING if person.wants_news else "",
        "now": timezone.now(),
    }


def _sign_again(petition: Petition, person: Person, key: str, *, link: TrackedLink | None) -> None:
    """The same address again: it is owed a mail, within its limits.

    One that its owner took out, and that holds nothing any more, may be signed anew.
    """
    with transaction.atomic():
        # A row that is locked is being mailed this moment: nothing more to do for it.
        kept = (
            Signature.objects.select_for_update(skip_locked=True)
            .filter(petition=petition, email_hmac=key)
            .first()
        )
        if kept is None:
            return
        changed = []
        if kept.state == Signature.State.INVALIDATED and not kept.email:
            changed = _begin_anew(kept, person, link=link)
        if _may_have_mail(kept):
            kept.mail_due = True
            changed.append("mail_due")
        if changed:
            kept.save(update_fields=changed)
        if kept.mail_due:
            ask_for_mail()


def _may_have_mail(kept: Signature) -> bool:
    waits = kept.mailed_at is not None and kept.mailed_at > timezone.now() - PATIENCE
    counts = kept.state in {Signature.State.PENDING, Signature.State.CONFIRMED}
    return counts and not kept.mail_due and not waits and kept.mails_sent < MOST_MAILS


def _begin_anew(kept: Signature, person: Person, *, link: TrackedLink | None) -> list[str]:
    tally = Tally()
    tally.leave(kept)
    facts = {
        "name": person.name,
        "email": person.email,
        "country": person.country,
        "postcode": person.postcode,
        "domain": person.domain,
        "language": person.language,
        "link": link,
        "news_consent": person.wants_news,
        "news_wording": NEWS_WORDING if person.wants_news else "",
        "signed_at": timezone.now(),
        "confirmed_at": None,
        "state": Signature.State.PENDING,
    }
    for name, value in facts.items():
        setattr(kept, name, value)
    tally.enter(kept)
    tally.save()
    return list(facts)


def ask_for_mail() -> None:
    """Ring the bell for the mail worker on commit. A lost bell is found by the sweep.

    One ring is enough until the worker has heard it: it then sends all that is owed.
    """

    def ring() -> None:
        global _rung_at  # noqa: PLW0603  a crowd's signatures cost one call of Redis a second
        now = time.monotonic()
        if now - _rung_at < RING_EVERY:
            return
        _rung_at = now
        try:
            if limits.redis().set(RUNG, 1, nx=True, ex=30):
                django_rq.get_queue("mail").enqueue("petitions.jobs.send_owed_mail")
        except RedisError as error:
            log.warning("a mail waits for the sweep: %s", error)

    transaction.on_commit(ring)


def confirm(signature_id: int) -> Signature:
    """The owner of the address followed our link. Any number of times: the first one counts.

    A suspicious signature stays apart, with the time noted for whoever reviews it.
    Raises `TakenOut`, and `Signature.DoesNotExist` when it has been erased.
    """
    now = timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_CONFIRM, {"id": signature_id, "now": now})
            is_first = cursor.rowcount == 1
        signature = Signature.objects.select_related("petition__count").get(pk=signature_id)
        if is_first:
            outgoing.tell_confirmed(signature)
    if signature.state == Signature.State.FRAUDULENT:
        Signature.objects.filter(
            pk=signature_id, confirmed_at=None, state=Signature.State.FRAUDULENT
        ).update(confirmed_at=now)
        signature.confirmed_at = signature.confirmed_at or now
    if signature.state == Signature.State.INVALIDATED:
        raise TakenOut
    return signature


def not_me(signature_id: int) -> None:
    """Take the signature out and erase who it named. Any number of times.

    The hash of the address stays, so that the limit on mails to it holds.
    """
    with transaction.atomic():
        signature = (
            Signature.objects.select_for_update(of=("self",)).filter(pk=signature_id).first()
        )
        if signature is None:
            return
        tally = Tally()
        tally.leave(signature)
        signature.state = Signature.State.INVALIDATED
        signature.country = ""
        tally.enter(signature)
        tally.save()
        Signature.objects.filter(pk=signature_id).update(
            state=Signature.State.INVALIDATED,
            country="",
            removal=None,
            state_before="",
            **EMPTY,
        )


#: A signature without anybody in it.
EMPTY = {
    "name": "",
    "email": "",
    "postcode": "",
    "domain": "",
    "network": "",
    "news_consent": False,
    "news_wording": "",
    "mail_due": False,
}
