import hashlib
import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q


def hashed(secret: str) -> str:
    """What is stored of a random secret. It is long and random, so that a plain hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


class DeviceQuerySet(models.QuerySet["Device"]):
    def invited(self, code: str, *, at: datetime) -> "DeviceQuerySet":
        """The one device that this code still signs in."""
        return self.filter(
            code_hash=hashed(code),
            joined_at=None,
            revoked_at=None,
            code_expires_at__gt=at,
            user__is_active=True,
        )

    def with_token(self, token: str) -> "DeviceQuerySet":
        return self.filter(token_hash=hashed(token))


class Device(models.Model):
    """A phone that is signed in for one person, for months, also while it has no network.

    It is invited with a code that works once and for a short time; joining gives it a token. Of
    both only hashes are stored. Revoking ends it at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="devices")
    name = models.CharField(max_length=60, help_text="Whose phone, and which one.")
    code_hash = models.CharField(max_length=64, unique=True)
    code_expires_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    invited_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    joined_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    wiped_at = models.DateTimeField(
        null=True, blank=True, help_text="When it called after that and was told to forget all."
    )

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(joined_at=None, token_hash=None)
                | Q(joined_at__isnull=False, token_hash__isnull=False),
                name="device_joining_complete",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="device_revocation_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @property
    def is_trusted(self) -> bool:
        """Whether it is signed in. Needs `user`."""
        return self.joined_at is not None and self.revoked_at is None and self.user.is_active
