"""Phones are invited, join, and are revoked: every write about devices."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from campaign import audit, live
from campaign.models import Device, User
from campaign.models.devices import hashed

#: Letters and digits that nobody confuses when they are read out or typed: 50 bits in ten.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
CODE_LENGTH = 10
CODE_LIVES = timedelta(days=2)


class DeviceError(Exception):
    """A device cannot be changed like this; the text says why, for the person asking."""


class CodeNotValidError(DeviceError):
    """Nobody was invited with this code, it was used, or its time is over."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A device to be, with the code that is shown once."""

    device: Device
    code: str


@transaction.atomic
def invite(user: User, *, name: str, by: User) -> Invitation:
    """Make the code by which one phone may sign in for `user` within two days."""
    if not user.is_active or not user.has_perm("campaign.upload_footage"):
        raise DeviceError(f"{user} is in no crew: give them the role first.")
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    now = timezone.now()
    device = Device.objects.create(
        user=user,
        name=name,
        code_hash=hashed(code),
        code_expires_at=now + CODE_LIVES,
        invited_at=now,
        invited_by=by,
    )
    audit.record("invited device", device, after={"person": user.pk}, by=by)
    return Invitation(device, code)


@transaction.atomic
def join(code: str) -> tuple[Device, str]:
    """Sign a phone in: its device, and the token that is told this once. One phone a code.

    Raises `CodeNotValidError`.
    """
    now = timezone.now()
    invited = Device.objects.invited(tidy(code), at=now).select_related("user__crew__place")
    device = invited.select_for_update(of=("self",)).first()
    if device is None:
        raise CodeNotValidError("This code was used already, is too old, or is mistyped.")
    token = secrets.token_urlsafe(32)
    device.token_hash = hashed(token)
    device.joined_at = device.seen_at = now
    device.save(update_fields=["token_hash", "joined_at", "seen_at"])
    audit.record("joined device", device, after={"person": device.user_id}, by=device.user)
    return device, token


@transaction.atomic
def revoke(device: Device, *, by: User) -> None:
    """From the next request on, the phone sees nothing, sends nothing, and is told to forget.

    Raises `DeviceError` when it is revoked already.
    """
    now = timezone.now()
    changed = Device.objects.filter(pk=device.pk, revoked_at=None).update(
        revoked_at=now, revoked_by=by
    )
    if not changed:
        raise DeviceError("This phone is signed out already.")
    device.refresh_from_db(fields=["revoked_at", "revoked_by"])
    crew = getattr(device.user, "crew", None)
    if crew is not None:
        # An open page calls when it hears this, and is told to forget.
        live.announce("device", campaign=0, place=crew.place_id)
    audit.record("revoked device", device, after={"person": device.user_id}, by=by)


def tidy(code: str) -> str:
    """A code as it was made, however somebody typed it."""
    letters = code.upper().replace("O", "0").replace("I", "1").replace("L", "1")
    return "".join(letter for letter in letters if letter in ALPHABET)
