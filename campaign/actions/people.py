"""Who works here: inviting people, changing what they may do, and leaving them out.

A change of role takes two people; leaving somebody out takes one and takes effect at once.
"""

import logging

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import signing
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from campaign import audit, live, mailing
from campaign.mailing import Fate
from campaign.models import Campaign, Invitation, User
from campaign.models.invitations import LASTS

log = logging.getLogger(__name__)

SALT = "invitation"
BATCH = 50


class NameTaken(Exception):
    """Somebody has this username already."""


class AlreadyInvited(Exception):
    """This address has an open invitation, or belongs to somebody of the campaign."""


class InvitationOver(Exception):
    """The invitation was taken up, taken back, is too old or never was."""


class NotYourself(Exception):
    """People do not leave themselves out."""


@transaction.atomic
def create(
    username: str,
    *,
    name: str,
    role: str,
    campaigns: list[Campaign],
    password: str,
    by: User | None,
    email: str = "",
    superuser: bool = False,
) -> User:
    """A person with one role in these campaigns; a superuser also sets them up in the admin.

    Raises `NameTaken`.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken(f"Somebody is called “{username}” already. Choose another username.")
    person = User.objects.create_user(
        username,
        password=password,
        name=name,
        email=email,
        is_staff=superuser,
        is_superuser=superuser,
    )
    person.groups.add(Group.objects.get(name=role))
    person.campaigns.add(*campaigns)
    if email:
        EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    after: dict[str, object] = {"role": role, "campaigns": [one.slug for one in campaigns]}
    after |= {"superuser": True} if superuser else {}
    audit.record("person made", person, after=after, by=by)
    return person


def invite(email: str, *, name: str, role: str, campaign: Campaign, by: User) -> Invitation:
    """Ask somebody to join; the mail worker sends the link. Raises `AlreadyInvited`.

    An open invitation to the same address is answered with `AlreadyInvited`: take it back first.
    """
    if User.objects.filter(email__iexact=email, is_active=True, campaigns=campaign).exists():
        raise AlreadyInvited("Somebody with this address works here already.")
    now = timezone.now()
    try:
        with transaction.atomic():
            Invitation.objects.lapsed(at=now).filter(email__iexact=email).update(revoked_at=now)
            invitation = Invitation.objects.create(
                campaign=campaign,
                email=email,
                name=name,
                role=Group.objects.get(name=role),
                invited_by=by,
                expires_at=now + LASTS,
            )
            audit.record("invited", invitation, after={"role": role}, by=by)
            transaction.on_commit(_ring)
    except IntegrityError:
        raise AlreadyInvited(
            "This address has an open invitation. Take that one back to send another."
        ) from None
    return invitation


def revoke(invitation: Invitation, *, by: User) -> None:
    """Take an invitation back; its link stops working. Raises `InvitationOver`."""
    with transaction.atomic():
        now = timezone.now()
        open_ = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
        if not open_.update(revoked_at=now):
            raise InvitationOver("It was taken up or taken back already.")
        audit.record("invitation taken back", invitation, by=by)


def token(invitation: Invitation) -> str:
    return signing.dumps(invitation.pk, salt=SALT)


def find_invitation(token_: str) -> Invitation:
    """The open invitation of that link. Raises `InvitationOver`."""
    over = InvitationOver("This invitation is over. Ask whoever invited you for a new one.")
    try:
        pk = signing.loads(token_, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        raise over from None
    known = Invitation.objects.open(at=timezone.now()).select_related("campaign", "role")
    invitation = known.filter(pk=pk).first()
    if invitation is None:
        raise over
    return invitation


@transaction.atomic
def accept(invitation: Invitation, *, username: str, password: str) -> User:
    """Make the person whom the invitation asked. Raises `NameTaken` or `InvitationOver`."""
    locked = Invitation.objects.select_for_update().open(at=timezone.now())
    if not locked.filter(pk=invitation.pk).exists():
        raise InvitationOver("This invitation is over. Ask whoever invited you for a new one.")
    person = create(
        username,
        name=invitation.name,
        role=invitation.role.name,
        campaigns=[invitation.campaign],
        password=password,
        by=None,
        email=invitation.email,
    )
    invitation.accepted_at = timezone.now()
    invitation.accepted_by = person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    audit.record("invitation taken up", invitation, after={"person": person.pk}, by=person)
    return person


@transaction.atomic
def leave_out(person: User, *, campaign: Campaign, by: User) -> None:
    """Close every door to somebody at once: sessions, open pages, a crew's phones.

    Raises `NotYourself`. Their work and the audit log keep their name.
    """
    if person == by:
        raise NotYourself("You cannot leave yourself out. Ask another admin.")
    if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        audit.record("person left out", person, before={"active": True}, by=by)
    end_sessions(person, campaign=campaign)


@transaction.atomic
def take_back(person: User, *, by: User) -> None:
    """Let somebody in again who was left out. They sign in anew."""
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        audit.record("person let in again", person, after={"active": True}, by=by)


@transaction.atomic
def sign_out_everywhere(person: User, *, campaign: Campaign, by: User) -> None:
    """End every session of somebody who lost a laptop, say."""
    audit.record("sessions ended", person, by=by)
    end_sessions(person, campaign=campaign)


def end_sessions(person: User, *, campaign: Campaign) -> None:
    """Everywhere they are signed in they have to sign in again, and their open pages go quiet."""
    for session in UserSession.objects.filter(user=person):
        session.end()
    live.announce(live.LEFT, campaign=campaign, ids=[person.pk])


def send_invitations() -> int:
    """Send what was not sent yet. Runs in the mail worker; returns how many went out."""
    ids = _owed().values_list("pk", flat=True)[:BATCH]
    return sum(_send(pk) for pk in list(ids))


def ring_for_invitations() -> None:
    """For the clock: invitations whose bell was lost, or whose mail was refused for a while."""
    if _owed().exists():
        _ring()


def _owed() -> QuerySet[Invitation]:
    return Invitation.objects.open(at=timezone.now()).filter(mailed_at=None).order_by("id")


def _ring() -> None:
    mailing.ring("campaign.jobs.send_invitations")


def _send(pk: int) -> bool:
    """The row is locked while the mail is handed over, so that it never goes out twice."""
    with transaction.atomic():
        rows = Invitation.objects.select_for_update(skip_locked=True, of=("self",))
        invitation = rows.filter(pk=pk, mailed_at=None).select_related("campaign", "invited_by")
        found = invitation.first()
        if found is None:
            return False
        if mailing.hand_over(_compose(found), about=f"invitation {pk}") != Fate.SENT:
            return False
        found.mailed_at = timezone.now()
        found.save(update_fields=["mailed_at"])
        return True


def _compose(invitation: Invitation) -> EmailMessage:
    link = settings.PUBLIC_URL + reverse("join", kwargs={"token": token(invitation)})
    facts = {"invitation": invitation, "link": link}
    return EmailMessage(
        subject=f"{invitation.invited_by.short_name} invites you to {invitation.campaign.name}",
        body=render_to_string("people/invitation.txt", facts),
        to=[invitation.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
