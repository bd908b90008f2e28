import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("petitions", "0003_days_by_every_fact")]

    operations = [
        migrations.AddField(
            "trackedlink",
            "seconds",
            models.PositiveSmallIntegerField(
                null=True, blank=True, help_text="How long the film is."
            ),
        ),
        migrations.AddField(
            "trackedlink",
            "captions",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=8),
                blank=True,
                db_default=[],
                default=list,
                help_text="The languages in which people have checked captions of the film.",
                size=None,
            ),
        ),
    ]
