"""Signatures as Action Network and others speak of them (source: OSDI 1.1, Action Network v2).

Both the pages of its API and its webhooks are read; what cannot be read is left out and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outsider:
    """One person who signed elsewhere."""

    external_id: str
    email: str
    country: str = ""
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Unread:
    """A signature that names nobody yet; `person_url` may."""

    external_id: str
    signed_at: datetime
    person_url: str


def signatures(payload: Any) -> Iterator[dict[str, Any]]:
    """The signatures of a webhook's body, or of one page of the API."""
    if isinstance(payload, list):
        for item in payload:
            yield from signatures(item)
    elif isinstance(payload, dict):
        embedded = payload.get("_embedded")
        if isinstance(embedded, dict) and isinstance(embedded.get("osdi:signatures"), list):
            yield from (one for one in embedded["osdi:signatures"] if isinstance(one, dict))
        elif isinstance(payload.get("osdi:signature"), dict):
            yield payload["osdi:signature"]
        elif "identifiers" in payload or "person" in payload:
            yield payload


def read(signature: dict[str, Any]) -> Outsider | Unread | None:
    """None when it has no identifier: without one, a repetition could not be told."""
    external_id = _identifier(signature)
    if not external_id:
        return None
    signed_at = _time(signature.get("created_date"))
    person = signature.get("person") or _dict(signature.get("_embedded")).get("osdi:person")
    if isinstance(person, dict) and (email := email_of(person)):
        return Outsider(
            external_id=external_id,
            email=email,
            country=country_of(person),
            signed_at=signed_at,
        )
    return Unread(external_id, signed_at, _href(signature, "osdi:person"))


def next_page(payload: Any) -> str:
    return _href(_dict(payload), "next")


def email_of(person: dict[str, Any]) -> str:
    """The primary address, or the first."""
    found = [one for one in _list(person.get("email_addresses")) if isinstance(one, dict)]
    found.sort(key=lambda one: not one.get("primary"))
    return next((text for one in found if (text := _text(one.get("address")))), "")


def country_of(person: dict[str, Any]) -> str:
    for address in _list(person.get("postal_addresses")):
        code = _text(_dict(address).get("country")).upper()
        if len(code) == 2 and code.isascii() and code.isalpha():
            return code
    return ""


def _identifier(signature: dict[str, Any]) -> str:
    for one in _list(signature.get("identifiers")):
        if text := _text(one):
            return text[:120]
    return _href(signature, "self")[-120:]


def _href(thing: dict[str, Any], relation: str) -> str:
    return _text(_dict(_dict(thing.get("_links")).get(relation)).get("href"))


def _time(value: Any) -> datetime:
    try:
        found = parse_datetime(_text(value))
    except ValueError:
        found = None
    if found is None:
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value.replace("\0", "").strip() if isinstance(value, str) else ""
