from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMessage
from django.utils import timezone
from redis import Redis

from petitions import jobs, tokens
from petitions.actions import mail, signing
from petitions.models import Petition, Signature
from tests.petitions.conftest import tess

pytestmark = pytest.mark.django_db


@pytest.fixture
def signature(petition: Petition) -> Signature:
    signing.sign(petition, person=tess(), link=None)
    return Signature.objects.get()


def refuse(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(self: EmailMessage, fail_silently: bool = False) -> int:
        raise error

    monkeypatch.setattr(EmailMessage, "send", send)


def test_send_mails_both_links_and_nothing_that_was_typed(signature: Signature) -> None:
    mail.send(signature.pk)

    (message,) = outbox.outbox
    assert (message.subject, message.to) == (
        "Confirm your name: Share the responsibility",
        ["tess@example.org"],
    )
    body = str(message.body)
    assert f"http://testserver/confirm/{tokens.confirming(signature.pk)}\n" in body
    assert f"http://testserver/not-me/{tokens.removing(signature.pk)}\n" in body
    assert "Tess Morland" not in body


def test_send_twice_mails_once(signature: Signature) -> None:
    assert mail.send(signature.pk) is True
    assert mail.send(signature.pk) is False

    assert len(outbox.outbox) == 1
    stored = Signature.objects.get()
    assert (stored.mail_due, stored.mails_sent) == (False, 1)


def test_send_tells_a_known_address_that_it_has_signed(signature: Signature) -> None:
    mail.send(signature.pk)
    signing.confirm(signature.pk)
    Signature.objects.update(mailed_at=timezone.now() - timedelta(hours=1))
    signing.sign(signature.petition, person=tess(), link=None)

    mail.send(signature.pk)

    assert [one.subject for one in outbox.outbox] == [
        "Confirm your name: Share the responsibility",
        "You have signed already: Share the responsibility",
    ]
    assert "/confirm/" not in str(outbox.outbox[1].body)


def test_send_speaks_the_language_that_was_signed_in(petition: Petition) -> None:
    signing.sign(petition, person=tess(language="ar"), link=None)

    mail.send(Signature.objects.get().pk)

    assert outbox.outbox[0].subject == "أكّد اسمك: لنتقاسم المسؤولية"


def test_send_puts_no_line_break_into_the_subject(signature: Signature) -> None:
    signature.petition.texts.update(title="Share\r\nBcc: everybody@example.org")

    mail.send(signature.pk)

    assert outbox.outbox[0].subject == "Confirm your name: Share Bcc: everybody@example.org"


@pytest.mark.parametrize(
    ("error", "owed"),
    [
        (SMTPServerDisconnected("gone"), True),
        (OSError("no route"), True),
        (SMTPRecipientsRefused({"tess@example.org": (451, b"later")}), True),
        (SMTPRecipientsRefused({"tess@example.org": (550, b"unknown")}), False),
    ],
)
def test_send_keeps_a_mail_owed_unless_refused_for_good(
    signature: Signature, monkeypatch: pytest.MonkeyPatch, error: Exception, owed: bool
) -> None:
    refuse(error, monkeypatch)

    mail.send(signature.pk)

    stored = Signature.objects.get()
    assert (stored.mail_due, stored.mails_sent) == (owed, 0)
    assert stored.mailed_at is not None


@pytest.mark.parametrize(
    ("facts", "mails"),
    [
        ({"signed_at": timedelta(minutes=3)}, 1),
        ({"signed_at": timedelta(seconds=5)}, 1),
        ({"signed_at": timedelta(days=1), "mailed_at": timedelta(seconds=5)}, 0),
        ({"signed_at": timedelta(days=1), "mailed_at": timedelta(minutes=3)}, 1),
    ],
)
def test_send_owed_finds_what_was_forgotten(
    signature: Signature, facts: dict[str, timedelta], mails: int
) -> None:
    Signature.objects.update(**{name: timezone.now() - age for name, age in facts.items()})

    jobs.send_owed_mail()

    assert len(outbox.outbox) == mails


@pytest.mark.django_db(transaction=True)
def test_the_sweep_rings_once_when_redis_lost_everything(
    signature: Signature, redis_connection: Redis
) -> None:
    Signature.objects.update(signed_at=timezone.now() - timedelta(minutes=3))

    mail.ring_for_owed()
    mail.ring_for_owed()

    assert redis_connection.llen("rq:queue:mail") == 1


def test_the_sweep_is_silent_when_nothing_is_owed(redis_connection: Redis) -> None:
    mail.ring_for_owed()

    assert redis_connection.llen("rq:queue:mail") == 0


def test_compose_speaks_english_for_a_language_that_is_gone(signature: Signature) -> None:
    signature.language = "tlh"

    message: Any = mail.compose(signature)

    assert message.subject == "Confirm your name: Share the responsibility"
