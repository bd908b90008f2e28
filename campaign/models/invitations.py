from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from campaign.encryption import EncryptedJSONField
from campaign.models.campaigns import Account, Campaign
from campaign.models.people import User

#: How long an invitation can be taken up, and a proposal be confirmed.
LASTS = timedelta(days=7)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, *, at: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at)

    def lapsed(self, *, at: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__lte=at)


class Invitation(models.Model):
    """Somebody is asked to join a campaign, with a role; the mailed link makes them a person."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="invitations")
    email = models.EmailField(help_text="Where the invitation goes; their address afterwards.")
    name = models.CharField(max_length=80, help_text="As colleagues call them.")
    role = models.ForeignKey(Group, models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invitation",
        help_text="Whom it made.",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                "campaign",
                Lower("email"),
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_an_address",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} as {self.role}"


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def open(self, *, at: datetime) -> "ProposalQuerySet":
        return self.filter(decided_at=None, expires_at__gt=at)


class Proposal(models.Model):
    """A change that takes two people: one proposes it, another confirms it.

    A person's role, or the credentials of an account. What is proposed is encrypted, since it may
    be a secret.
    """

    class Kind(models.TextChoices):
        ROLE = "role", "Role"
        CREDENTIALS = "credentials", "Credentials"

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="proposals")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    person = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    account = models.ForeignKey(
        Account, models.CASCADE, null=True, blank=True, related_name="proposals"
    )
    change = EncryptedJSONField(default=dict, editable=False)
    summary = models.CharField(max_length=200, help_text="What it changes, without secrets.")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(decision="confirmed") | ~Q(decided_by=F("proposed_by")),
                name="proposal_confirmed_by_another",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None)
                | (~Q(decision="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="proposal_decision_complete",
            ),
            models.CheckConstraint(
                condition=Q(kind="role", person__isnull=False, account=None)
                | Q(kind="credentials", account__isnull=False, person=None),
                name="proposal_has_its_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.summary
