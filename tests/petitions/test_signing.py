from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from redis import Redis

from campaign.encryption import decrypt
from petitions.actions import mail, signing
from petitions.models import Petition, Signature
from tests.factories import PetitionFactory, TrackedLinkFactory
from tests.petitions.conftest import tess

pytestmark = pytest.mark.django_db

State = Signature.State


def queued(redis: Redis) -> int:
    return int(redis.llen("rq:queue:mail"))


def test_sign_keeps_a_pending_signature_with_where_it_came_from(petition: Petition) -> None:
    link = TrackedLinkFactory(petition=petition, storyteller="Leila", place="Kakuma, Kenya")

    signing.sign(petition, person=tess(wants_news=True), link=link)

    signature = Signature.objects.get()
    assert (signature.state, signature.name, signature.email, signature.country) == (
        State.PENDING, "Tess Morland", "tess@example.org", "GB",
    )  # fmt: skip
    assert (signature.news_consent, signature.news_wording) == (True, signing.NEWS_WORDING)
    assert signature.link == link
    assert (signature.mail_due, signature.mails_sent, signature.confirmed_at) == (True, 0, None)


def test_sign_stores_name_and_address_encrypted(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)

    with connection.cursor() as cursor:
        cursor.execute("SELECT name, email, email_hmac FROM petitions_signature")
        name, email, key = cursor.fetchone()
    assert (decrypt(name), decrypt(email)) == ("Tess Morland", "tess@example.org")
    assert "tess" not in key
    assert len(key) == 64


@pytest.mark.parametrize("again", ["TESS@gmail.com", "t.e.s.s@gmail.com", "tess+x@googlemail.com"])
def test_sign_keeps_one_row_however_the_address_is_spelled(petition: Petition, again: str) -> None:
    signing.sign(petition, person=tess(email="tess@gmail.com"), link=None)
    signing.sign(petition, person=tess(email=again, name="Somebody Else"), link=None)

    assert [one.name for one in Signature.objects.all()] == ["Tess Morland"]


def test_sign_keeps_petitions_apart(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)
    signing.sign(PetitionFactory(), person=tess(), link=None)

    assert len(set(Signature.objects.values_list("email_hmac", flat=True))) == 2


@pytest.mark.django_db(transaction=True)
def test_sign_keeps_one_row_when_64_threads_send_one_address(petition: Petition) -> None:
    def sign(number: int) -> None:
        try:
            signing.sign(petition, person=tess(name=f"Tess {number}"), link=None)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(sign, range(64)))

    assert Signature.objects.count() == 1


def test_the_database_refuses_a_second_row(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)
    first = Signature.objects.get()
    first.pk = None

    with pytest.raises(IntegrityError, match="one_signature_each"), transaction.atomic():
        first.save(force_insert=True)


def test_the_database_keeps_a_petition_that_somebody_signed(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)

    with pytest.raises(IntegrityError, match="never deleted"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM petitions_petition WHERE id = %s", [petition.pk])


def test_the_database_refuses_a_confirmation_without_its_time(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)

    with (
        pytest.raises(IntegrityError, match="signature_confirmed_complete"),
        transaction.atomic(),
    ):
        Signature.objects.update(state=State.CONFIRMED)


def test_sign_neither_writes_nor_locks_the_petition(petition: Petition) -> None:
    def version() -> object:
        with connection.cursor() as cursor:
            row = "SELECT xmin, xmax, ctid FROM petitions_petition WHERE id = %s"
            cursor.execute(row, [petition.pk])  # a lock on the row would stand in its xmax
            return cursor.fetchone()

    before = version()
    signing.sign(petition, person=tess(), link=None)
    signing.confirm(Signature.objects.get().pk)

    assert version() == before


@pytest.mark.django_db(transaction=True)
def test_sign_rings_for_the_mail_on_commit(petition: Petition, redis_connection: Redis) -> None:
    with transaction.atomic():
        signing.sign(petition, person=tess(), link=None)
        assert queued(redis_connection) == 0

    assert queued(redis_connection) == 1


@pytest.mark.django_db(transaction=True)
def test_a_crowd_rings_once_and_the_clock_hears_the_others(
    petition: Petition, redis_connection: Redis
) -> None:
    signing.sign(petition, person=tess(), link=None)
    redis_connection.delete("rq:queue:mail", signing.RUNG)  # the worker has come and gone
    signing.sign(petition, person=tess(email="ben@example.org"), link=None)
    assert queued(redis_connection) == 0

    mail.ring_for_owed()

    assert queued(redis_connection) == 1


def test_sign_again_owes_a_mail_only_after_patience(petition: Petition) -> None:
    with time_machine.travel("2026-02-03T12:00Z", tick=False) as clock:
        petition.opens_at = timezone.now()
        signing.sign(petition, person=tess(), link=None)
        Signature.objects.update(mail_due=False, mails_sent=1, mailed_at=timezone.now())
        signing.sign(petition, person=tess(), link=None)
        assert not Signature.objects.get().mail_due

        clock.shift(signing.PATIENCE + timedelta(seconds=1))
        signing.sign(petition, person=tess(), link=None)
        assert Signature.objects.get().mail_due


def test_sign_owes_no_sixth_mail(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)
    Signature.objects.update(mail_due=False, mails_sent=signing.MOST_MAILS)

    signing.sign(petition, person=tess(), link=None)

    assert not Signature.objects.get().mail_due


def test_sign_keeps_a_suspicious_one_apart_and_mails_nothing(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None, suspicion="rate")
    signing.sign(petition, person=tess(), link=None)

    assert Signature.objects.values_list("state", "mail_due").get() == (State.FRAUDULENT, False)


@pytest.mark.parametrize("closed", [timedelta(seconds=1), timedelta(days=300)])
def test_sign_refuses_when_the_petition_is_closed(petition: Petition, closed: timedelta) -> None:
    opened = timezone.now() - closed - timedelta(days=1)
    Petition.objects.update(opens_at=opened, closes_at=timezone.now() - closed)

    with pytest.raises(signing.Closed):
        signing.sign(petition, person=tess(), link=None)

    assert not Signature.objects.exists()


def test_confirm_twice_keeps_the_first_time(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)
    signature_id = Signature.objects.get().pk

    with time_machine.travel("2026-12-03T12:00Z", tick=False) as clock:
        first = signing.confirm(signature_id).confirmed_at
        clock.shift(timedelta(hours=1))
        again = signing.confirm(signature_id)

    assert (again.state, again.confirmed_at) == (State.CONFIRMED, first)


def test_confirm_leaves_a_suspicious_one_apart(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None, suspicion="rate")

    signature = signing.confirm(Signature.objects.get().pk)

    assert signature.state == State.FRAUDULENT
    assert signature.confirmed_at is not None


def test_not_me_erases_who_it_named_and_stays(petition: Petition) -> None:
    signing.sign(petition, person=tess(wants_news=True), link=None)
    signature_id = Signature.objects.get().pk
    signing.confirm(signature_id)

    signing.not_me(signature_id)
    signing.not_me(signature_id)

    facts = ("state", "name", "email", "country", "news_consent", "mail_due")
    assert Signature.objects.values_list(*facts).get() == (
        State.INVALIDATED, "", "", "", False, False,
    )  # fmt: skip
    with pytest.raises(signing.TakenOut):
        signing.confirm(signature_id)


def test_sign_after_not_me_starts_anew_within_the_same_five_mails(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)
    signature_id = Signature.objects.get().pk
    signing.confirm(signature_id)
    signing.not_me(signature_id)
    Signature.objects.update(mails_sent=3)

    signing.sign(petition, person=tess(name="Tess Herself"), link=None)

    signature = Signature.objects.get()
    assert (signature.state, signature.name, signature.confirmed_at) == (
        State.PENDING, "Tess Herself", None,
    )  # fmt: skip
    assert (signature.mail_due, signature.mails_sent) == (True, 3)


def test_sign_leaves_one_that_moderators_took_out(petition: Petition) -> None:
    signing.sign(petition, person=tess(), link=None)
    Signature.objects.update(state=State.INVALIDATED, mail_due=False)

    signing.sign(petition, person=tess(), link=None)

    assert Signature.objects.values_list("state", "mail_due").get() == (State.INVALIDATED, False)
