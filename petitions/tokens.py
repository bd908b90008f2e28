"""The secret part of the links in our mails. It names one signature and cannot be made up."""

from django.core import signing

from campaign import encryption

_CONFIRM = signing.Signer(salt="petitions.confirm", sep=".")
_NOT_ME = signing.Signer(salt="petitions.not-me", sep=".")
_OPEN = signing.TimestampSigner(salt="petitions.open", sep=".")
_FORM = signing.TimestampSigner(salt="petitions.form")

#: How long a petition page may stay open before its form has to be sent once more.
FORM_AGE = 24 * 60 * 60
OPEN_AGE = 7 * 24 * 60 * 60


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


def opening(address: str) -> str:
    """The link by which the owner of an address sees what we hold of them. It names nobody."""
    return _OPEN.sign(encryption.encrypt(address))


def opened_by(token: str) -> str:
    """The address that this token opens, for seven days. Raises `Forged`."""
    try:
        return encryption.decrypt(_OPEN.unsign(token, max_age=OPEN_AGE))
    except (signing.BadSignature, encryption.Undecryptable):
        raise Forged from None


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
