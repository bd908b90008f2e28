"""The code with which a storyteller takes their consent back, from any phone, without an account.

It is shown once, when consent is given, and only a keyed hash of it is stored. Without letters and
digits that are easily mistaken for each other: it is read aloud and copied by hand.
"""

import secrets

from campaign.encryption import fingerprint

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH = 10


def make() -> str:
    """A new code of 49 bits, as `XXXXX-XXXXX`."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def tidy(typed: str) -> str:
    """The code as it is hashed, however it was typed; "" when it cannot be one."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum())
    good = len(letters) == LENGTH and all(letter in ALPHABET for letter in letters)
    return letters if good else ""


def digest(code: str) -> str:
    """What is stored; raises ValueError for what cannot be a code."""
    letters = tidy(code)
    if not letters:
        raise ValueError("This is not a withdrawal code.")
    return fingerprint(letters, purpose="withdrawal code")
