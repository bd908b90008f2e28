"""What pages and phones send as JSON."""

import json
from typing import Any

from django.http import HttpRequest
from django.http.request import RawPostDataException

#: More than any page of ours sends.
MOST = 1024 * 1024


def told(request: HttpRequest) -> dict[str, Any]:
    """The object that was sent; an empty one if it is none of at most `MOST` bytes."""
    try:
        found = json.loads(request.body[:MOST])
    except (ValueError, RawPostDataException):  # the latter: a form with files was sent instead
        return {}
    return found if isinstance(found, dict) else {}
