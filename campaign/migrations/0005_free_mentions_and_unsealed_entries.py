"""The next free mention is the first entry of an index; so is the next audit entry to be sealed."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("campaign", "0004_audit_is_sealed_by_the_clock")]
    operations = [
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index("number", name="audit_chain"),
        ),
        AddIndexConcurrently(
            model_name="auditentry",
            index=models.Index("id", condition=models.Q(("number", None)), name="audit_unsealed"),
        ),
        AddIndexConcurrently(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("doubt", ""), ("status", "waiting")),
                fields=["campaign", "replyable", "queue_at", "id"],
                name="mention_free",
            ),
        ),
    ]
