"""`python -m tests.chaos.hurried worker posting`: a process of the newsroom that loses no time.

The waits of a real day (a lease of 90 s, looks over three minutes) are shortened in one measure, so
that hours of trouble fit into a minute. Their order stays: network < job < lease < last look.
"""

import sys
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import call_command


def hurry() -> None:
    """After `django.setup()`; for this process."""
    from campaign.networks import x  # noqa: PLC0415  Django first
    from responders.actions import pace, posting, reconcile, sweeps, takedown  # noqa: PLC0415

    x.TIMEOUT = (1.0, 1.5)
    x.UPLOAD_TIMEOUT = (1.0, 3.0)
    settings.RQ_QUEUES["posting"]["DEFAULT_TIMEOUT"] = 6
    posting.SEND_WITHIN = timedelta(seconds=2)
    posting.LEASE = takedown.LEASE = pace.FLIGHT = timedelta(seconds=9)
    pace.LONGEST_BACK_OFF = 2.0
    reconcile.LOOKS_AFTER = (1, 2, 4, 8)
    reconcile.AGAIN_AFTER_FAILURE = timedelta(seconds=1)
    reconcile.MOST_FAILURES = 20
    sweeps.PATIENCE = 2


if __name__ == "__main__":
    django.setup()
    hurry()
    call_command(*sys.argv[1:])
