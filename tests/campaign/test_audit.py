import pytest
from django.db import IntegrityError, connection, transaction

from campaign import audit
from campaign.models import AuditEntry
from tests import factories

pytestmark = pytest.mark.django_db


def test_record_chains_each_entry_to_the_one_before() -> None:
    campaign = factories.CampaignFactory()
    with transaction.atomic():
        first = audit.record("made", campaign, after={"slug": campaign.slug}, by=None)
        second = audit.record("named", campaign, before={"name": "A"}, by=None)
    assert first.previous_hash == ""
    assert second.previous_hash == first.hash
    assert audit.first_break() is None


def test_first_break_names_the_entry_that_was_changed() -> None:
    campaign = factories.CampaignFactory()
    entries = [audit.record("made", campaign, by=None) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE campaign_auditentry DISABLE TRIGGER audit_append_only")
        cursor.execute(
            "UPDATE campaign_auditentry SET verb = 'undone' WHERE id = %s", [entries[1].pk]
        )
        cursor.execute("ALTER TABLE campaign_auditentry ENABLE TRIGGER audit_append_only")
    assert audit.first_break() == entries[1]


@pytest.mark.parametrize(
    "statement", ["UPDATE campaign_auditentry SET verb = 'x'", "DELETE FROM campaign_auditentry"]
)
def test_database_refuses_to_change_the_log(statement: str) -> None:
    audit.record("made", factories.CampaignFactory(), by=None)
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1
