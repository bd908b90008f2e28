"""Signatures that were given on other platforms: taken in, and counted once with our own."""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import django_rq
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from redis import RedisError

from campaign import audit
from campaign.models import User
from petitions import addresses, limits, osdi, outward
from petitions.actions.outgoing import new_secret
from petitions.actions.signing import address_key
from petitions.models import OutsideSignature, Petition, Source
from petitions.osdi import Outsider, Unread

log = logging.getLogger(__name__)

POLL_EVERY = timedelta(minutes=5)
#: What changed while a page was being read is read again.
OVERLAP = timedelta(minutes=10)
#: Requests of one reading; Action Network allows four a second, and the rest comes next time.
MOST_REQUESTS = 200
MOST_NUMBER = 2_000_000_000

_TOTALS = """
UPDATE petitions_countsnapshot AS had SET outside = found.outside, unverified = found.unverified
FROM (
    SELECT petition.id AS petition_id,
        (SELECT count(DISTINCT outsider.email_hmac)
         FROM petitions_outsidesignature AS outsider
         JOIN petitions_source AS source ON source.id = outsider.source_id AND source.active
         WHERE outsider.petition_id = petition.id AND NOT EXISTS (
            SELECT FROM petitions_signature AS own
            WHERE own.petition_id = petition.id AND own.email_hmac = outsider.email_hmac
              AND own.state = 'confirmed'
         )) AS outside,
        (SELECT coalesce(sum(number), 0) FROM petitions_source AS source
         WHERE source.petition_id = petition.id AND source.active
           AND source.kind IN ('number', 'url')) AS unverified
    FROM petitions_petition AS petition
    WHERE NOT petition.counting_paused
      AND EXISTS (SELECT FROM petitions_source WHERE petition_id = petition.id)
) AS found
WHERE found.petition_id = had.petition_id
  AND (had.outside, had.unverified) IS DISTINCT FROM (found.outside, found.unverified)
"""


class Wrong(ValueError):
    """The source cannot be like that; the text says what to write."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a delivery: new ones, ones we had, ones that could not be read."""

    added: int = 0
    known: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Secrets:
    """Shown once, to whoever made the source."""

    token: str
    signing: str = ""


def add_source(
    petition: Petition,
    *,
    kind: str,
    name: str,
    url: str = "",
    json_path: str = "",
    api_key: str = "",
    signed: bool = False,
    by: User,
) -> tuple[Source, Secrets]:
    """Raises `Wrong`, and `outward.Refused` for an address that we do not ask."""
    if not name.strip():
        raise Wrong("Give it a name, such as “Action Network”.")
    if kind == Source.Kind.URL and not url:
        raise Wrong("Write the address at which the number stands.")
    if url:
        outward.check(url)
    made = Secrets(
        token=secrets.token_urlsafe(32) if kind == Source.Kind.OSDI else "",
        signing=new_secret() if signed else "",
    )
    with transaction.atomic():
        source = Source.objects.create(
            petition=petition,
            kind=kind,
            name=name.strip()[:80],
            url=url,
            json_path=json_path[:100],
            api_key=api_key,
            secret=made.signing,
            token_hash=hash_of(made.token) if made.token else "",
        )
        facts = {"source": source.pk, "kind": kind}
        audit.record("added a source of signatures", petition, after=facts, by=by)
    return source, made


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def set_active(source: Source, *, active: bool, by: User) -> None:
    """Its signatures count, or do not count any more; they are kept either way."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(active=active)
        verb = "resumed a source of signatures" if active else "stopped a source of signatures"
        audit.record(verb, source.petition, after={"source": source.pk}, by=by)
    total_all()


def set_number(source: Source, number: int, *, by: User) -> None:
    """For a platform that only tells a number. Raises `Wrong`."""
    if source.kind != Source.Kind.NUMBER or not 0 <= number <= MOST_NUMBER:
        raise Wrong("Write a number of signatures, 0 or more.")
    with transaction.atomic():
        before = source.number
        Source.objects.filter(pk=source.pk).update(number=number, polled_at=timezone.now())
        audit.record(
            "typed in a number of signatures",
            source.petition,
            before={"source": source.pk, "number": before},
            after={"number": number},
            by=by,
        )
    total_all()


def receive(source: Source, people: Iterable[Outsider]) -> Received:
    """Take them in; the same ones again change nothing."""
    rows: dict[str, OutsideSignature] = {}
    refused = known = 0
    for person in people:
        try:
            email = addresses.check(person.email)
        except addresses.Unusable:
            refused += 1
            continue
        known += person.external_id in rows
        rows[person.external_id] = OutsideSignature(
            petition_id=source.petition_id,
            source=source,
            external_id=person.external_id,
            email_hmac=address_key(source.petition, email),
            email=email,
            country=person.country,
            signed_at=person.signed_at,
        )
    before = OutsideSignature.objects.filter(source=source, external_id__in=rows)
    had = set(before.values_list("external_id", flat=True))
    fresh = [row for external_id, row in rows.items() if external_id not in had]
    OutsideSignature.objects.bulk_create(fresh, ignore_conflicts=True, batch_size=1_000)
    return Received(added=len(fresh), known=known + len(had), refused=refused)


def receive_payload(source: Source, payload: Any) -> Received:
    """The body of a webhook. Signatures that name nobody are left to the next reading."""
    read = [osdi.read(one) for one in osdi.signatures(payload)]
    people = [one for one in read if isinstance(one, Outsider)]
    received = receive(source, people)
    return Received(received.added, received.known, received.refused + len(read) - len(people))


def ring_for_polls() -> None:
    """For the clock: platforms are asked every five minutes."""
    if not _to_poll().exists():
        return
    try:
        queue = django_rq.get_queue("platforms")
        if queue.count < 5:
            queue.enqueue("petitions.jobs.read_platforms")
    except RedisError as error:
        log.warning("platforms are not asked: %s", error)


def _to_poll() -> QuerySet[Source]:
    return Source.objects.filter(
        Q(polled_at=None) | Q(polled_at__lt=timezone.now() - POLL_EVERY),
        Q(kind=Source.Kind.URL) | (Q(kind=Source.Kind.OSDI) & ~Q(url="")),
        active=True,
    )


def poll_due() -> None:
    """Ask every platform whose time has come; the trouble of one does not stop the others."""
    for source in _to_poll().select_related("petition"):
        poll(source)
    total_all()


def poll(source: Source) -> None:
    """Read the number, or the signatures that are new. What went wrong is kept for managers."""
    claimed = Source.objects.filter(pk=source.pk, polled_at=source.polled_at)
    if not claimed.update(polled_at=timezone.now()):
        return
    try:
        if source.kind == Source.Kind.URL:
            source.number = _number(source)
        else:
            _read_pages(source)
        source.error = ""
    except (outward.Refused, outward.Unreachable, Wrong) as error:
        source.error = str(error)[:200]
        log.warning("source %s cannot be read: %s", source.pk, error)
    source.save(update_fields=["number", "error", "cursor", "began_at", "seen_until"])


def _number(source: Source) -> int:
    value: Any = _json(source, source.url)
    for part in filter(None, source.json_path.split(".")):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            raise Wrong(f"The answer has nothing at “{source.json_path}”.")
    text = str(value).replace(",", "").strip() if not isinstance(value, bool) else ""
    if not text.isdecimal() or int(text) > MOST_NUMBER:
        raise Wrong("What stands there is not a number of signatures.")
    return int(text)


def _read_pages(source: Source) -> None:
    asked = 0
    if not source.cursor:
        source.began_at = timezone.now()
        source.cursor = _first_page(source)
    while source.cursor and asked < MOST_REQUESTS:
        page = _json(source, source.cursor)
        asked += 1
        people = []
        for one in map(osdi.read, osdi.signatures(page)):
            if isinstance(one, Unread) and one.person_url:
                asked += 1
                one = _with_person(source, one)  # noqa: PLW2901  the same signature, read
            if isinstance(one, Outsider):
                people.append(one)
        receive(source, people)
        source.cursor = osdi.next_page(page)
    if not source.cursor:
        source.seen_until = source.began_at


def _with_person(source: Source, unread: Unread) -> Outsider | None:
    known = OutsideSignature.objects.filter(source=source, external_id=unread.external_id)
    if known.exists():
        return None
    person = _json(source, unread.person_url)
    if not isinstance(person, dict) or not (email := osdi.email_of(person)):
        return None
    return Outsider(
        external_id=unread.external_id,
        email=email,
        country=osdi.country_of(person),
        signed_at=unread.signed_at,
    )


def _first_page(source: Source) -> str:
    if source.seen_until is None:
        return source.url
    since = (source.seen_until - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
    joint = "&" if urlsplit(source.url).query else "?"
    query = urlencode({"filter": f"modified_date gt '{since}'"})
    return f"{source.url}{joint}{query}"


def _json(source: Source, url: str) -> Any:
    """Only the source's own host gets its key: a page may name any address as the next one."""
    if urlsplit(url).netloc != urlsplit(source.url).netloc:
        raise Wrong("The platform sends us to another host; we do not follow.")
    headers = {"Accept": "application/hal+json, application/json"}
    if source.api_key:
        headers["OSDI-API-Token"] = source.api_key
    answer = outward.fetch(url, headers=headers)
    if answer.status != 200:
        raise Wrong(f"The platform answers {answer.status}. Is the key right?")
    try:
        return json.loads(answer.body)
    except ValueError:
        raise Wrong("The platform's answer is not JSON.") from None


def total_all() -> None:
    """What was signed elsewhere and not here; each address once, however many platforms have it."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS)


def is_replay(source: Source, message_id: str) -> bool:
    """The same signed message again, within the time that its signature is good."""
    return not limits.first_time(f"hook:{source.pk}:{message_id[:100]}", seconds=900)
