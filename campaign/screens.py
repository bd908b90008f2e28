"""Big screens: pages that nobody is signed in at, reached by a key that a manager can change."""

import re

from campaign.models import Campaign

_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)

#: What a screen may hear: that something public changed.
KINDS = frozenset({"reply", "counts"})


def campaign_of(key: str) -> Campaign | None:
    """Whose screen this is; None when the key was changed, or never was one."""
    known = _KEY.fullmatch(key) is not None
    return Campaign.objects.filter(screen_key=key).first() if known else None
