"""Signatures that were given elsewhere, and news of ours that goes elsewhere."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from campaign.encryption import EncryptedJSONField, EncryptedTextField
from petitions.models.petitions import Petition

PERSON = settings.AUTH_USER_MODEL


class Source(models.Model):
    """Another place where people sign the same petition."""

    class Kind(models.TextChoices):
        OSDI = "osdi", "Action Network, or another that speaks OSDI"
        CSV = "csv", "Files that we load"
        NUMBER = "number", "A number that we type in"
        URL = "url", "A number at an address"

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="sources")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    name = models.CharField(max_length=80)
    active = models.BooleanField(default=True)
    token_hash = models.CharField(
        max_length=64, blank=True, help_text="Of the secret in the address that news comes to."
    )
    secret = EncryptedTextField(
        blank=True, default="", help_text="Standard Webhooks; empty for senders that cannot sign."
    )
    api_key = EncryptedTextField(blank=True, default="")
    url = models.URLField(
        max_length=500, blank=True, help_text="What to ask: the signatures, or the number."
    )
    json_path = models.CharField(
        max_length=100, blank=True, help_text="Where in the answer the number is: data.total"
    )
    number = models.PositiveIntegerField(default=0, help_text="As last told, for numbers alone.")
    polled_at = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField(
        null=True, blank=True, help_text="When the reading that is under way began."
    )
    cursor = models.CharField(
        max_length=1_000, blank=True, help_text="The page at which that reading goes on."
    )
    seen_until = models.DateTimeField(
        null=True, blank=True, help_text="Signatures changed before this have been read."
    )
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="source_token_is_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name


class OutsideSignature(models.Model):
    """One signature given elsewhere. The hash counts each person once; the address is kept,
    encrypted, for as long as our own signers' are, so that the hash's key can be changed."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="outside_signatures")
    source = models.ForeignKey(Source, models.CASCADE, related_name="signatures")
    external_id = models.CharField(max_length=120)
    email_hmac = models.CharField(max_length=64)
    email = EncryptedTextField(blank=True, default="")
    country = models.CharField(max_length=2, blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="outside_signature_is_unique"
            )
        ]
        indexes = [models.Index("petition", "email_hmac", name="outside_address")]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.external_id}"


class CsvImport(models.Model):
    """A file of signatures: first looked at, then loaded, then reported on."""

    class State(models.TextChoices):
        PREVIEW = "preview", "Looked at"
        WAITING = "waiting", "Waiting to be loaded"
        DONE = "done", "Loaded"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="imports")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PREVIEW)
    filename = models.CharField(max_length=200)
    content = EncryptedTextField(help_text="Erased once it is loaded.")
    columns = models.JSONField(default=dict, help_text="Which column holds what.")
    rows = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="Line and reason of what was refused.")
    by = models.ForeignKey(PERSON, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.filename


class WebhookEndpoint(models.Model):
    """An address that is told of confirmed signatures (Standard Webhooks)."""

    petition = models.ForeignKey(Petition, models.CASCADE, related_name="endpoints")
    url = models.URLField(max_length=500)
    secret = EncryptedTextField()
    with_people = models.BooleanField(
        default=False,
        help_text="Name and address go along, of those alone who agreed to news.",
    )
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One message to one endpoint, with what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Delivered"
        FAILED = "failed", "Given up"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    payload = EncryptedJSONField(help_text="Erased after 30 days, with the row.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index("due_at", condition=Q(state="waiting"), name="delivery_due"),
            models.Index("endpoint", F("created_at").desc(), name="delivery_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.state}"
