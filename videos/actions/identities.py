"""Who a storyteller really is. Every look is noted before anything is shown."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from campaign import audit
from campaign.models import User
from videos.models import Identity, Storyteller

PERMISSION = "campaign.view_identities"


@dataclass(frozen=True, slots=True)
class Person:
    """What is kept of somebody; all of it may be empty."""

    real_name: str = ""
    contact: str = ""
    notes: str = ""


@transaction.atomic
def look(storyteller: Storyteller, *, reason: str, by: User) -> Person:
    """Decrypt an identity for one person, once, and note who looked and why.

    Raises PermissionDenied without the permission or the campaign, ValueError without a reason.
    """
    _check(storyteller, by=by)
    reason = reason.strip()[:200]
    if not reason:
        raise ValueError("Write why you need to know.")
    identity = Identity.objects.filter(storyteller=storyteller).first()
    audit.record("looked at identity", storyteller, after={"reason": reason}, by=by)
    if identity is None:
        return Person()
    return Person(identity.real_name, identity.contact, identity.notes)


@transaction.atomic
def keep(storyteller: Storyteller, person: Person, *, by: User) -> None:
    """Write an identity down, whole; what was there is replaced."""
    _check(storyteller, by=by)
    facts = {
        "real_name": person.real_name.strip(),
        "contact": person.contact.strip(),
        "notes": person.notes.strip(),
        "updated_by": by,
    }
    Identity.objects.update_or_create(storyteller=storyteller, defaults=facts)
    filled = [name for name in ("real_name", "contact", "notes") if facts[name]]
    audit.record("wrote identity", storyteller, after={"filled": filled}, by=by)


def _check(storyteller: Storyteller, *, by: User) -> None:
    theirs = by.campaigns.filter(pk=storyteller.campaign_id).exists()
    if not (by.has_perm(PERMISSION) and theirs):
        raise PermissionDenied
