"""The next free mention is the first entry of an index, however many are claimed before it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaign", "0004_audit_is_sealed_by_the_clock")]
    operations = [
        migrations.AddIndex(
            model_name="mention",
            index=models.Index(
                condition=models.Q(("doubt", ""), ("status", "waiting")),
                fields=["campaign", "replyable", "queue_at", "id"],
                name="mention_free",
            ),
        ),
    ]
