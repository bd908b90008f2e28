"""Signatures that people of the newsroom take out, or take back in, many at once.

A removal is kept as one thing, with its reason, and can be undone as one thing. Its count and its
reason stand in the public ledger, also when it was undone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from campaign import audit
from campaign.models import User
from petitions import rules
from petitions.actions.signing import ask_for_mail
from petitions.actions.tally import FIELDS, Tally
from petitions.models import REMOVED, Alert, DomainRule, Petition, Removal, Signature

State = Signature.State


class Undone(Exception):
    """This removal was taken back already."""


class Nothing(Exception):
    """No signature is like that; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Signatures by what they have in common; empty parts do not choose."""

    state: str = ""
    domain: str = ""
    network: str = ""
    country: str = ""
    suspicion: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def of(self, petition: Petition) -> QuerySet[Signature]:
        found = Signature.objects.filter(petition=petition)
        for name in ("state", "domain", "network", "country", "suspicion"):
            if value := getattr(self, name):
                found = found.filter(**{name: value})
        if self.since:
            found = found.filter(signed_at__gte=self.since)
        if self.until:
            found = found.filter(signed_at__lt=self.until)
        return found

    @property
    def facts(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
            if value
        }


def remove(petition: Petition, chosen: Chosen, *, reason: str, by: User) -> Removal:
    """They no longer count. Raises `Nothing` when none is left to take out."""
    return _remove(petition, chosen.of(petition), reason=reason, chosen=chosen.facts, by=by)


def take_out(petition: Petition, *, ids: Iterable[int], by: User) -> int:
    """These no longer count. Returns how many did or might have."""
    found = Signature.objects.filter(petition=petition, pk__in=ids)
    try:
        return _remove(petition, found, reason="Taken out one by one", chosen={}, by=by).count
    except Nothing:
        return 0


def _remove(
    petition: Petition,
    found: QuerySet[Signature],
    *,
    reason: str,
    chosen: Mapping[str, Any],
    by: User,
) -> Removal:
    with transaction.atomic():
        tally = Tally()
        ids = []
        for signature in _locked(found.exclude(state=State.INVALIDATED)):
            ids.append(signature.pk)
            tally.leave(signature)
            signature.state = State.INVALIDATED
            tally.enter(signature)
        if not ids:
            raise Nothing
        tally.save()
        removal = Removal.objects.create(
            petition=petition,
            reason=reason,
            chosen=dict(chosen),
            count=len(ids),
            by=by,
            at=timezone.now(),
        )
        Signature.objects.filter(pk__in=ids).update(
            state_before=F("state"), state=State.INVALIDATED, removal=removal, mail_due=False
        )
        _record("took out signatures", petition, ids, by=by, removal=removal.pk)
    return removal


def undo(removal: Removal, *, by: User) -> int:
    """Take all of it back, as it was. Returns how many; those that their owners have taken out
    since stay out. Raises `Undone` the second time."""
    with transaction.atomic():
        now = timezone.now()
        mine = Removal.objects.filter(pk=removal.pk, undone_at=None)
        if not mine.update(undone_at=now, undone_by=by):
            raise Undone
        tally = Tally()
        ids = []
        for signature in _locked(Signature.objects.filter(removal=removal), "state_before"):
            ids.append(signature.pk)
            tally.leave(signature)
            signature.state = signature.state_before
            tally.enter(signature)
        tally.save()
        back = Signature.objects.filter(pk__in=ids)
        back.update(state=F("state_before"), state_before="", removal=None)
        owed = back.filter(state=State.PENDING, mails_sent=0).exclude(email="")
        if owed.update(mail_due=True):
            ask_for_mail()
        _record("took back signatures", removal.petition, ids, by=by, removal=removal.pk)
    return len(ids)


def take_back(petition: Petition, *, ids: Iterable[int], by: User) -> int:
    """These are people after all: confirmed ones count again, the others get their mail.

    Those that their owners took out stay out. Returns how many came back.
    """
    return _accept(petition, Signature.objects.filter(petition=petition, pk__in=ids), by=by)


def accept(petition: Petition, chosen: Chosen, *, by: User) -> int:
    """The same for all that have something in common. Raises `Nothing`."""
    count = _accept(petition, chosen.of(petition), by=by)
    if not count:
        raise Nothing
    return count


def _accept(petition: Petition, found: QuerySet[Signature], *, by: User) -> int:
    with transaction.atomic():
        tally = Tally()
        confirmed: list[int] = []
        pending: list[int] = []
        out = found.filter(state__in=REMOVED).exclude(email="")
        for signature in _locked(out, "confirmed_at"):
            tally.leave(signature)
            signature.state = State.CONFIRMED if signature.confirmed_at else State.PENDING
            tally.enter(signature)
            (confirmed if signature.confirmed_at else pending).append(signature.pk)
        tally.save()
        back = {"state_before": "", "removal": None, "suspicion": ""}
        Signature.objects.filter(pk__in=confirmed).update(state=State.CONFIRMED, **back)
        waiting = Signature.objects.filter(pk__in=pending)
        waiting.update(state=State.PENDING, **back)
        if waiting.filter(mails_sent=0).update(mail_due=True):
            ask_for_mail()
        ids = sorted(confirmed + pending)
        _record("took back signatures", petition, ids, by=by)
    return len(ids)


def _locked(found: QuerySet[Signature], *more: str) -> QuerySet[Signature]:
    return found.select_for_update(of=("self",)).only("pk", *FIELDS, *more).order_by("pk")


def add_rule(
    petition: Petition, *, kind: str, what: str, value: str, note: str = "", by: User
) -> DomainRule:
    """From now on. Raises `rules.Wrong`. A rule of the same value is replaced."""
    value = rules.clean(what, value)
    with transaction.atomic():
        rule, _ = DomainRule.objects.update_or_create(
            petition=petition,
            what=what,
            value=value,
            defaults={"kind": kind, "note": note[:200], "by": by},
        )
        facts = {"rule": f"{kind} {what} {value}"}
        audit.record("made a rule for signatures", petition, after=facts, by=by)
    rules.forget()
    return rule


def drop_rule(rule: DomainRule, *, by: User) -> None:
    with transaction.atomic():
        facts = {"rule": f"{rule.kind} {rule.what} {rule.value}"}
        audit.record("dropped a rule for signatures", rule.petition, before=facts, by=by)
        rule.delete()
    rules.forget()


def see(alert: Alert, *, by: User) -> None:
    """Somebody has looked; should it go on, a new alert comes."""
    Alert.objects.filter(pk=alert.pk, seen_at=None).update(seen_at=timezone.now(), seen_by=by)


def _record(
    verb: str, petition: Petition, ids: list[int], *, by: User, removal: int | None = None
) -> None:
    if not ids:
        return
    # Thousands of ids would make the audit log unreadable; the removal knows its own.
    facts: dict[str, Any] = {"count": len(ids)}
    facts |= {"removal": removal} if removal else {}
    facts |= {"ids": ids} if len(ids) <= 100 else {}
    audit.record(verb, petition, after=facts, by=by)
