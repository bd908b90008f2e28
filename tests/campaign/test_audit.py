from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from campaign import audit, doctor
from campaign.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db

INSERT = """
INSERT INTO campaign_auditentry (
    verb, target_type, target_id, before, after, at, previous_hash, hash, number
) VALUES ('x', '', '', '{}', '{}', now(), '', 'y', 7)
"""


@pytest.fixture
def entries() -> list[AuditEntry]:
    """Three, sealed."""
    campaign = factories.CampaignFactory()
    for verb in ("made", "named", "opened"):
        audit.record(verb, campaign, by=None)
    assert audit.seal() == 3
    return list(AuditEntry.objects.order_by("number"))


@contextmanager
def intruder() -> Iterator[None]:
    """Somebody who rules the database and switches its guard off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE campaign_auditentry DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE campaign_auditentry ENABLE TRIGGER USER")


def verify(**options: str) -> str:
    said = StringIO()
    call_command("verify_audit", stdout=said, **options)
    return said.getvalue()


def test_record_takes_no_lock_and_leaves_the_chain_to_the_clock() -> None:
    entry = audit.record("made", factories.CampaignFactory(), by=None)
    assert (entry.number, entry.previous_hash, entry.hash) == (None, "", None)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)


def test_seal_chains_each_entry_to_the_one_before(entries: list[AuditEntry]) -> None:
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous_hash for entry in entries] == ["", entries[0].hash, entries[1].hash]
    assert len({entry.hash for entry in entries} - {None}) == 3
    assert (audit.seal(), audit.first_break()) == (0, None)


def test_seal_goes_on_where_it_was_in_batches(
    entries: list[AuditEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "BATCH", 2)
    for _ in range(5):
        audit.record("more", factories.CampaignFactory(), by=None)
    assert audit.seal() == 5
    assert audit.first_break() is None
    assert audit.head() == f"8:{AuditEntry.objects.get(number=8).hash}"


@pytest.mark.parametrize(
    ("statement", "at"),
    [
        ("UPDATE campaign_auditentry SET verb = 'undone' WHERE number = 2", 2),
        ("DELETE FROM campaign_auditentry WHERE number = 1", 2),
        ("DELETE FROM campaign_auditentry WHERE number = 2", 3),
        # Taken out of the chain and changed, to be sealed anew.
        (
            "UPDATE campaign_auditentry SET verb = '', number = NULL, hash = NULL WHERE number = 2",
            3,
        ),
    ],
)
def test_first_break_names_the_entry_where_it_shows(
    entries: list[AuditEntry], statement: str, at: int
) -> None:
    with intruder(), connection.cursor() as cursor:
        cursor.execute(statement)
    audit.seal()
    assert audit.first_break() == AuditEntry.objects.get(number=at)
    with pytest.raises(CommandError, match="The chain breaks"):
        verify()


def test_verify_tells_by_an_earlier_head_that_the_end_was_cut_off(
    entries: list[AuditEntry],
) -> None:
    head = audit.head()
    assert verify(head=head) == f"Everything holds. Head {head}\n"
    with intruder(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaign_auditentry WHERE number = 3")
    assert verify().startswith("Everything holds. Head 2:")
    for wrong in (head, "3", "x:y", "9" * 30 + ":y"):
        with pytest.raises(CommandError, match="No entry"):
            verify(head=wrong)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE campaign_auditentry SET verb = 'x'",
        "UPDATE campaign_auditentry SET verb = 'x', number = 1, hash = 'y'",
        "UPDATE campaign_auditentry SET at = now(), number = 1, hash = 'y'",
        "DELETE FROM campaign_auditentry",
        INSERT,
    ],
)
def test_database_lets_nothing_but_the_seal_through(statement: str) -> None:
    audit.record("made", factories.CampaignFactory(), by=None)
    with (
        pytest.raises(IntegrityError, match=r"append-only|sealed after"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.values_list("verb", "number").get() == ("made", None)


def test_doctor_says_when_nothing_seals() -> None:
    audit.record("made", factories.CampaignFactory(), by=None)
    assert [one.level for one in doctor.audit_log_is_sealed()] == [doctor.Level.GOOD]
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert [one.level for one in doctor.audit_log_is_sealed()] == [doctor.Level.BROKEN]


def test_database_refuses_to_change_a_sealed_entry(entries: list[AuditEntry]) -> None:
    for statement in (
        "SET hash = 'x'",
        "SET number = NULL, hash = NULL",
        "SET number = number + 3",
    ):
        with (
            pytest.raises(IntegrityError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE campaign_auditentry {statement}")
    assert audit.first_break() is None
