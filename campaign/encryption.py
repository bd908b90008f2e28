"""Fields that are encrypted at rest with `FIELD_ENCRYPTION_KEYS`.

The first key writes, every key reads, so a key is rotated by putting a new one in front
(source: the recipe of `cryptography.fernet.MultiFernet`).
"""

import hashlib
import hmac
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    TextField = models.TextField[str, str]
    JSONTextField = models.TextField[dict[str, Any], dict[str, Any]]
else:
    TextField = JSONTextField = models.TextField


class Undecryptable(Exception):
    """None of `FIELD_ENCRYPTION_KEYS` opens this value; a key was taken away too early."""


def _keys() -> MultiFernet:
    return _opened(tuple(settings.FIELD_ENCRYPTION_KEYS))


@lru_cache(maxsize=4)
def _opened(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """Raises `Undecryptable` when no key fits."""
    try:
        return _keys().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Undecryptable(
            "A stored value cannot be decrypted: put the key that wrote it back at the end of "
            "FIELD_ENCRYPTION_KEYS."
        ) from None


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed hash of 64 hex digits, to find a value again without storing it.

    Keyed with the newest of `EMAIL_HMAC_KEYS`, so that a stolen table cannot be searched by
    guessing addresses.
    """
    return fingerprints(text, purpose=purpose)[0]


def fingerprints(text: str, *, purpose: str) -> list[str]:
    """The same with every key, the newest first: what was written before a rotation is found."""
    return [
        hmac.new(
            hashlib.sha256(f"{purpose}:{key}".encode()).digest(), text.encode(), hashlib.sha256
        ).hexdigest()
        for key in settings.EMAIL_HMAC_KEYS
    ]


class EncryptedTextField(TextField):
    """Text that only this application can read. It cannot be searched; see `fingerprint`."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value) if value else value

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> str | None:
        return decrypt(value) if value else value


class EncryptedJSONField(JSONTextField):
    """A JSON object that only this application can read."""

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(json.dumps(value)) if value is not None else None

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> dict[str, Any] | None:
        return json.loads(decrypt(value)) if value else None

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) and value else value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj))
