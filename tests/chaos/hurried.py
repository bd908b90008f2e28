"""`python -m tests.chaos.hurried worker posting`: a process of the newsroom that loses no time.

The waits of a real day (a lease of 90 s, looks over three minutes) are shortened in one measure, so
that hours of trouble fit into a minute. Their order stays: network < job < lease < last look.
"""

import sys
from dataclasses import replace
from datetime import timedelta

import django
from django.conf import settings
from django.core.management import call_command


def hurry() -> None:
    """After `django.setup()`; for this process."""
    from campaign.intake import gap, listener  # noqa: PLC0415  Django first
    from campaign.networks import stream, x  # noqa: PLC0415
    from responders import prices  # noqa: PLC0415
    from responders.actions import (  # noqa: PLC0415
        media,
        outcomes,
        pace,
        posting,
        reconcile,
        sweeps,
        takedown,
    )

    x.TIMEOUT = (1.0, 1.5)
    x.UPLOAD_TIMEOUT = (1.0, 3.0)
    stream.READ_TIMEOUT = 2.0
    stream.LIMITED_FIRST = stream.HTTP_FIRST = 1.0
    listener.RULES_WAIT, listener.SECOND_LOOK = (0.5, 2.0), 2.0
    gap.RETRY_MOST = 1.0
    shorter = replace(prices.of("x"), window=timedelta(seconds=3))
    setattr(prices, "of", lambda _network: shorter)  # noqa: B010  it is cached, and typed so
    settings.RQ_QUEUES["posting"]["DEFAULT_TIMEOUT"] = 6
    posting.SEND_WITHIN = timedelta(seconds=2)
    posting.LEASE = takedown.LEASE = pace.FLIGHT = timedelta(seconds=9)
    media.LONGEST_BACK_OFF = outcomes.LONGEST_BACK_OFF = 2.0
    pace.LONGEST_BACK_OFF = takedown.LONGEST_BACK_OFF = 2.0
    reconcile.LOOKS_AFTER = (1, 2, 4, 8)
    reconcile.AGAIN_AFTER_FAILURE = timedelta(seconds=1)
    reconcile.MOST_FAILURES = 20
    sweeps.PATIENCE = 2


if __name__ == "__main__":
    django.setup()
    hurry()
    call_command(*sys.argv[1:])
