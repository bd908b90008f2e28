"""What keeps a petition honest: rules, removals that can be undone, alerts, and the ledger."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from petitions.models.petitions import Petition

PERSON = settings.AUTH_USER_MODEL


class DomainRule(models.Model):
    """Signatures from a mail domain or a network that are always or never taken for people's."""

    class Kind(models.TextChoices):
        ALLOW = "allow", "Always allow"
        BLOCK = "block", "Keep apart for review"

    class What(models.TextChoices):
        DOMAIN = "domain", "Mail domain"
        NETWORK = "network", "Network"

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="rules")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    what = models.CharField(max_length=7, choices=What.choices)
    value = models.CharField(
        max_length=253, help_text="example.org with all below it, or 192.0.2.0/24."
    )
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["petition", "what", "value"], name="rule_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class Removal(models.Model):
    """Signatures taken out together, for one reason, by one person; it can be undone whole."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="removals")
    reason = models.CharField(max_length=200, help_text="Shown in the public ledger.")
    chosen = models.JSONField(default=dict, help_text="By what they were chosen.")
    count = models.PositiveIntegerField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_by=None) | Q(undone_at__isnull=False), name="undoing_complete"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} taken out: {self.reason}"


class Alert(models.Model):
    """A mail domain or a network that suddenly sends many of a petition's signatures."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="alerts")
    what = models.CharField(max_length=7, choices=DomainRule.What.choices)
    value = models.CharField(max_length=253)
    count = models.PositiveIntegerField()
    whole = models.PositiveIntegerField(help_text="All signatures of that time.")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(PERSON, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "what", "value"],
                condition=Q(seen_at=None),
                name="one_open_alert",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value}: {self.count} of {self.whole}"


class LedgerEntry(models.Model):
    """The petition's numbers at the end of a day, each sealed with the hash of the one before."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="ledger")
    day = models.DateField()
    confirmed = models.PositiveIntegerField()
    pending = models.PositiveIntegerField()
    removed = models.PositiveIntegerField()
    elsewhere = models.PositiveIntegerField(default=0)
    drift = models.IntegerField(
        default=0, help_text="By how much the running count was off before it was set right."
    )
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["petition", "day"], name="one_ledger_entry_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.confirmed}"


class HandOver(models.Model):
    """The petition as it was handed over: a document that nothing changes any more."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="hand_overs")
    document = models.JSONField()
    hash = models.CharField(max_length=64, help_text="SHA-256 of the document's canonical text.")
    at = models.DateTimeField()
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.petition_id} {self.hash[:12]}"
