from django.db import models
from django.db.models import Q

from campaign.encryption import EncryptedTextField
from petitions.models.links import TrackedLink
from petitions.models.moderation import Removal
from petitions.models.petitions import Petition


class SignatureQuerySet(models.QuerySet["Signature"]):
    def confirmed(self) -> "SignatureQuerySet":
        return self.filter(state=Signature.State.CONFIRMED)

    def removed(self) -> "SignatureQuerySet":
        return self.filter(state__in=REMOVED)


class Signature(models.Model):
    """One address, once, under one petition. Name and address are encrypted."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for confirmation"
        CONFIRMED = "confirmed", "Confirmed"
        FRAUDULENT = "fraudulent", "Taken for fraud"
        INVALIDATED = "invalidated", "Taken out"

    class Suspicion(models.TextChoices):
        RATE = "rate", "Too many from one network"
        FIELD = "field", "Filled in the field that people do not see"
        DOMAIN = "domain", "From a blocked mail domain"
        NETWORK = "network", "From a blocked network"

    # The database does not check these two for each row: a check locks the petition's row, or the
    # link's, and a crowd would wait for each other there. A trigger keeps petitions that have
    # signatures; indexes of their own would only repeat those below.
    petition = models.ForeignKey(
        Petition, models.PROTECT, related_name="signatures", db_constraint=False, db_index=False
    )
    email_hmac = models.CharField(max_length=64)
    email = EncryptedTextField()
    name = EncryptedTextField()
    country = models.CharField(max_length=2)
    postcode = EncryptedTextField(blank=True, default="")
    domain = models.CharField(
        max_length=253, blank=True, help_text="Of the address, for whoever reviews signatures."
    )
    network = models.CharField(
        max_length=32,
        blank=True,
        help_text="A keyed hash of the network it came from; erased after 30 days.",
    )
    language = models.CharField(max_length=8, default="en")
    link = models.ForeignKey(
        TrackedLink,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="signatures",
        db_constraint=False,
        db_index=False,
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    suspicion = models.CharField(
        max_length=12, choices=Suspicion.choices, blank=True, help_text="Why it is kept apart."
    )
    removal = models.ForeignKey(
        Removal,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="signatures",
        db_index=False,
    )
    state_before = models.CharField(
        max_length=12, blank=True, help_text="What it was before its removal, for taking that back."
    )
    news_consent = models.BooleanField(default=False)
    news_wording = models.CharField(
        max_length=40, blank=True, help_text="The version of the wording that was agreed to."
    )
    signed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    mails_sent = models.PositiveSmallIntegerField(default=0)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_due = models.BooleanField(
        default=True, help_text="A mail is owed; the sweep finds it when a job was lost."
    )

    objects = SignatureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "email_hmac"], name="one_signature_each"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_at__isnull=False),
                name="signature_confirmed_complete",
            ),
            models.CheckConstraint(condition=Q(mails_sent__lte=5), name="signature_five_mails"),
            models.CheckConstraint(condition=Q(reminders__lte=3), name="signature_three_reminders"),
        ]
        indexes = [
            models.Index("petition", "state", "confirmed_at", name="signature_counting"),
            models.Index("link", "state", name="signature_by_link"),
            models.Index("petition", "signed_at", name="signature_signed"),
            models.Index("id", condition=Q(mail_due=True), name="signature_mail_due"),
            models.Index("mailed_at", condition=Q(state="pending"), name="signature_to_remind"),
            models.Index("petition", "domain", condition=~Q(domain=""), name="signature_domain"),
            models.Index("petition", "network", condition=~Q(network=""), name="signature_network"),
            models.Index("removal", condition=Q(removal__isnull=False), name="signature_removal"),
        ]

    def __str__(self) -> str:
        return f"Signature {self.pk} ({self.state})"


#: What the public is told was removed.
REMOVED = (Signature.State.FRAUDULENT, Signature.State.INVALIDATED)


class Suppression(models.Model):
    """An address that gets no mail from us any more: it bounced, or its owner complained."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", "Mail to it comes back"
        COMPLAINED = "complained", "Its owner called our mail unwanted"

    email_hmac = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.reason} {self.at:%Y-%m-%d}"
