"""Every mail of ours is handed over here, and the worker that sends them is woken here.

What is owed is written in a row (`mailed_at` is empty, `mail_due`); the worker locks the row, hands
the mail over and notes what became of it. A lost bell is found by a sweep that rings again.
"""

import logging
from enum import Enum, auto
from smtplib import SMTPException, SMTPRecipientsRefused

import django_rq
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage
from redis import RedisError

log = logging.getLogger(__name__)

#: What sending a mail raises, by SMTP or by any provider.
FAILURES = (SMTPException, AnymailError, OSError)


class Fate(Enum):
    """What became of a mail."""

    SENT = auto()
    REFUSED = auto()  # this address, or this very message: it would be refused again
    LATER = auto()  # the server was away or busy


def ring(job: str) -> None:
    """Have the mail worker run this, unless it has work waiting; a sweep rings again."""
    try:
        queue = django_rq.get_queue("mail")
        if queue.count == 0:
            queue.enqueue(job)
    except RedisError as error:
        log.warning("%s waits for the next sweep: %s", job, error)


def hand_over(message: EmailMessage, *, about: str) -> Fate:
    """Send one mail. Raises nothing that a mail server can cause; `about` is for the log."""
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        log.info("%s: the mail server refuses the address", about)
        soon = any(code < 500 for code, _ in error.recipients.values())
        return Fate.LATER if soon else Fate.REFUSED
    except AnymailRecipientsRefused:
        log.info("%s: the mail provider refuses the address", about)
        return Fate.REFUSED
    except FAILURES as error:
        log.warning("%s: the mail could not be sent: %s", about, error)
        return Fate.LATER if _may_work_later(error) else Fate.REFUSED
    return Fate.SENT


def _may_work_later(error: Exception) -> bool:
    """A provider that calls one message wrong calls it wrong again; anything else passes."""
    return not (isinstance(error, AnymailAPIError) and error.status_code in {400, 422})
