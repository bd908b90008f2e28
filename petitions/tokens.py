"""The secret part of the links in our mails. It names one signature and cannot be made up."""

from django.core import signing

_CONFIRM = signing.Signer(salt="petitions.confirm", sep=".")
_NOT_ME = signing.Signer(salt="petitions.not-me", sep=".")
_FORM = signing.TimestampSigner(salt="petitions.form")

#: How long a petition page may stay open before its form has to be sent once more.
FORM_AGE = 24 * 60 * 60


class Forged(Exception):
    """We did not make this token, or a mail program cut it."""


def confirming(signature_id: int) -> str:
    return _CONFIRM.sign(str(signature_id))


def confirmed_by(token: str) -> int:
    """The signature that this token confirms. Raises `Forged`."""
    return _read(_CONFIRM, token)


def removing(signature_id: int) -> str:
    return _NOT_ME.sign(str(signature_id))


def removed_by(token: str) -> int:
    """The signature that this token takes out. Raises `Forged`."""
    return _read(_NOT_ME, token)


def for_form(petition_slug: str) -> str:
    """What a petition's form carries instead of a cookie: proof that we handed the form out."""
    return _FORM.sign(petition_slug)


def form_is_ours(token: str, *, petition_slug: str) -> bool:
    try:
        return _FORM.unsign(token, max_age=FORM_AGE) == petition_slug
    except signing.BadSignature:
        return False


def _read(signer: signing.Signer, token: str) -> int:
    try:
        return int(signer.unsign(token))
    except (signing.BadSignature, ValueError):
        raise Forged from None
