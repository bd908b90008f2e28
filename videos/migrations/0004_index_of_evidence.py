import django.db.models.deletion
from django.db import migrations, models

NAME = "videos_upload_consent_id_index"


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("videos", "0003_evidence_follows_its_hash")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"CREATE INDEX CONCURRENTLY {NAME} ON videos_upload (consent_id)",
                    f"DROP INDEX CONCURRENTLY {NAME}",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="upload",
                    name="consent",
                    field=models.ForeignKey(
                        blank=True,
                        help_text="What comes is no film but the evidence of this consent.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uploads",
                        to="videos.consent",
                    ),
                )
            ],
        )
    ]
