from django.db import models
from django.db.models import Q

from campaign.encryption import EncryptedTextField
from petitions.models.links import TrackedLink
from petitions.models.petitions import Petition


class SignatureQuerySet(models.QuerySet["Signature"]):
    def confirmed(self) -> "SignatureQuerySet":
        return self.filter(state=Signature.State.CONFIRMED)


class Signature(models.Model):
    """One address, once, under one petition. Name and address are encrypted."""

    class State(models.TextChoices):
        PENDING = "pending", "Waiting for confirmation"
        CONFIRMED = "confirmed", "Confirmed"
        FRAUDULENT = "fraudulent", "Taken for fraud"
        INVALIDATED = "invalidated", "Taken out"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="signatures")
    email_hmac = models.CharField(max_length=64)
    email = EncryptedTextField()
    name = EncryptedTextField()
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=8, default="en")
    link = models.ForeignKey(
        TrackedLink, models.SET_NULL, null=True, blank=True, related_name="signatures"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    news_consent = models.BooleanField(default=False)
    news_wording = models.CharField(
        max_length=40, blank=True, help_text="The version of the wording that was agreed to."
    )
    signed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
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
        ]
        indexes = [
            models.Index("petition", "state", "confirmed_at", name="signature_counting"),
            models.Index("link", "state", name="signature_by_link"),
            models.Index("petition", "signed_at", name="signature_signed"),
            models.Index("id", condition=Q(mail_due=True), name="signature_mail_due"),
        ]

    def __str__(self) -> str:
        return f"Signature {self.pk} ({self.state})"
