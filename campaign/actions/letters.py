"""Mails for which no page waits: the mail worker sends them, and in Redis they lie sealed.

A link that resets a password opens the newsroom, so what lies in the queue is encrypted. Nothing in
the database says that such a mail is owed: where Redis is away it is sent at once instead.
"""

import json
import logging

import django_rq
from django.core.mail import EmailMessage
from redis import RedisError
from rq import Retry

from campaign import encryption, mailing

log = logging.getLogger(__name__)

#: Seconds between the tries, when the mail server does not take it.
TRIES = [20, 60, 300]
#: Seconds after which one that nobody could send is forgotten: its link is old by then.
KEPT = 3600


def send(message: EmailMessage) -> None:
    """Have the mail worker send it; at once where there is no Redis to tell the worker by."""
    facts = {
        "subject": message.subject,
        "body": message.body,
        "from_email": message.from_email,
        "to": message.to,
        "headers": message.extra_headers,
    }
    try:
        django_rq.get_queue("mail").enqueue(
            "campaign.jobs.send_letter",
            sealed=encryption.encrypt(json.dumps(facts)),
            retry=Retry(max=len(TRIES), interval=TRIES),
            result_ttl=0,
            failure_ttl=KEPT,
            description="a letter",
        )
    except RedisError as error:
        log.warning("a letter goes out at once: %s", error)
        message.send()


def deliver(sealed: str) -> None:
    """In the mail worker. Raises what the mail server says, so that it is tried again."""
    try:
        EmailMessage(**json.loads(encryption.decrypt(sealed))).send()
    except mailing.FAILURES as error:
        log.warning("a letter is tried again later: %s", error)
        raise
