"""What people may type: handles, languages, numbers."""

import math
import re

HANDLE = r"^[A-Za-z0-9_]{1,15}$"
LANGUAGE = r"^[a-z]{2,3}$"


def is_handle(written: str) -> bool:
    return re.fullmatch(HANDLE, written) is not None


def number(written: object, *, default: float) -> float:
    """A positive number, or the default."""
    try:
        value = float(str(written))
    except ValueError:
        return default
    return value if math.isfinite(value) and value > 0 else default
