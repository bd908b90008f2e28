"""Changes that take two people: somebody's role, an account's credentials.

One admin proposes, another confirms; the database refuses the same person twice. Neither may
confirm what concerns themselves.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from campaign import audit
from campaign.actions import accounts, people
from campaign.models import Account, Campaign, Proposal, User
from campaign.models.invitations import LASTS


class ProposalOver(Exception):
    """It was decided already, or is too old."""


class TakesTwo(Exception):
    """Whoever proposed it, or is concerned by it, cannot confirm it."""


@transaction.atomic
def propose_role(person: User, *, role: str, campaign: Campaign, by: User) -> Proposal:
    """Ask for another role for somebody."""
    group = Group.objects.get(name=role)
    before = ", ".join(person.groups.values_list("name", flat=True)) or "no role"
    summary = f"{person.short_name}: from {before} to {role}"
    subject = {"kind": Proposal.Kind.ROLE, "person": person, "change": {"role": group.name}}
    return _propose(subject, summary=summary, campaign=campaign, by=by)


@transaction.atomic
def propose_credentials(account: Account, *, credentials: Mapping[str, str], by: User) -> Proposal:
    """Ask for other credentials. Confirming tries them against the network."""
    subject = {
        "kind": Proposal.Kind.CREDENTIALS,
        "account": account,
        "change": dict(credentials),
    }
    summary = f"@{account.handle}: new credentials"
    return _propose(subject, summary=summary, campaign=account.campaign, by=by)


def _propose(subject: Mapping[str, Any], *, summary: str, campaign: Campaign, by: User) -> Proposal:
    proposal = Proposal.objects.create(
        **subject,
        campaign=campaign,
        summary=summary[:200],
        proposed_by=by,
        expires_at=timezone.now() + LASTS,
    )
    audit.record("proposed", proposal, after={"summary": proposal.summary}, by=by)
    return proposal


def confirm(proposal: Proposal, *, by: User) -> None:
    """Carry it out. Raises `ProposalOver`, `TakesTwo`, or what connecting an account raises."""
    if by.pk in {proposal.proposed_by_id, proposal.person_id}:
        raise TakesTwo("This change takes a second person: somebody else has to confirm it.")
    with transaction.atomic():
        locked = _decide(proposal, Proposal.Decision.CONFIRMED, by=by)
        if locked.kind == Proposal.Kind.ROLE:
            _change_role(locked, by=by)
        else:
            assert locked.account is not None  # noqa: S101  the database holds it
            accounts.connect(
                locked.account.network,
                campaign=locked.campaign,
                credentials=locked.change,
                by=by,
            )
        # What was a secret need not be kept twice.
        locked.change = {}
        locked.save(update_fields=["change"])


@transaction.atomic
def decline(proposal: Proposal, *, by: User) -> None:
    """Drop it; whoever proposed it may, too. Raises `ProposalOver`."""
    locked = _decide(proposal, Proposal.Decision.DECLINED, by=by)
    locked.change = {}
    locked.save(update_fields=["change"])


def _decide(proposal: Proposal, decision: Proposal.Decision, *, by: User) -> Proposal:
    open_ = Proposal.objects.select_for_update(of=("self",)).open(at=timezone.now())
    locked = open_.select_related("campaign", "person", "account").filter(pk=proposal.pk).first()
    if locked is None:
        raise ProposalOver("It was decided already, or waited too long.")
    locked.decision = decision
    locked.decided_by = by
    locked.decided_at = timezone.now()
    locked.save(update_fields=["decision", "decided_by", "decided_at"])
    audit.record(str(decision), locked, after={"summary": locked.summary}, by=by)
    return locked


def _change_role(proposal: Proposal, *, by: User) -> None:
    person, role = proposal.person, proposal.change["role"]
    assert person is not None  # noqa: S101  the database holds it
    before = list(person.groups.values_list("name", flat=True))
    person.groups.set([Group.objects.get(name=role)])
    audit.record("role changed", person, before={"roles": before}, after={"roles": [role]}, by=by)
    people.end_sessions(person, campaign=proposal.campaign)
