"""Where a model that knows what clips mean can be plugged in, such as one of embeddings.

`CLIP_MATCHER` names a function `(text, *, lang, clips) -> {id: score}`, where `clips` are (id,
words) pairs and scores go from 0 to 1: how well each clip answers the text. It is asked once for a
mention and a list of clips, and what it says is kept for some minutes. Without it, words decide.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from django.conf import settings
from django.core.cache import cache
from django.utils.module_loading import import_string

log = logging.getLogger(__name__)

LASTS = 600

Pairs = Sequence[tuple[str, str]]


class Matcher(Protocol):
    def __call__(self, text: str, *, lang: str, clips: Pairs) -> Mapping[str, float]: ...


def scores(text: str, *, lang: str, clips: Pairs) -> dict[str, float]:
    """Empty without a matcher, or if it fails: that is somebody else's code."""
    if not settings.CLIP_MATCHER or not clips:
        return {}
    asked = "\n".join([text, lang, *(pk for pk, _ in clips)])
    key = f"clip-match:{hashlib.sha256(asked.encode()).hexdigest()}"
    kept = cache.get(key)
    if isinstance(kept, dict):
        return kept
    try:
        matcher: Matcher = import_string(settings.CLIP_MATCHER)
        found = {pk: float(score) for pk, score in matcher(text, lang=lang, clips=clips).items()}
    except Exception:
        log.exception("the clip matcher %s failed", settings.CLIP_MATCHER)
        return {}
    cache.set(key, found, LASTS)
    return found
