"""Mentions get a fixed place in the queue, and are found by their words and facts.

Mentions that are there already are placed and indexed roughly here; the first sweep of
`responders.actions.ranking` does the open ones as new ones are done.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

PLACE = """
UPDATE campaign_mention
SET queue_at = received_at - priority * interval '15 minutes',
    search = to_tsvector('simple', text || ' ' || author_handle || ' ' || author_name)
"""


class Migration(migrations.Migration):
    # PostgreSQL alters no table whose rows were changed in the same transaction.
    atomic = False

    dependencies = [("campaign", "0006_clips_and_captions")]

    operations = [
        migrations.CreateModel(
            name="Ranking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "answerable",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        default=list,
                        help_text="Themes of which a clip is ready.",
                        size=None,
                    ),
                ),
                (
                    "rules",
                    models.CharField(
                        blank=True, help_text="A hash of what decides.", max_length=64
                    ),
                ),
                (
                    "reached",
                    models.BigIntegerField(
                        default=0,
                        help_text="Open mentions up to this id have been ranked by these rules.",
                    ),
                ),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ranking",
                        to="campaign.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ThemeWords",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("theme", models.CharField(max_length=40)),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="theme_words",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "theme words",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "language", "theme"), name="theme_words_are_unique"
                    )
                ],
            },
        ),
        migrations.AddField(
            "mention",
            "country",
            models.CharField(
                blank=True,
                default="",
                help_text="ISO 3166 code, as their profile lets us guess.",
                max_length=2,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "mention",
            "doubt",
            models.CharField(
                blank=True,
                default="",
                help_text="What it looks like: hostile, off_topic, or nothing.",
                max_length=10,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "mention",
            "trusted",
            models.BooleanField(
                default=False,
                help_text="An editor said that it belongs in the queue, doubt or not.",
            ),
        ),
        migrations.AddField(
            "mention",
            "search",
            django.contrib.postgres.search.SearchVectorField(
                default="",
                help_text="Its words, and what it can be filtered by (campaign/intake/index.py).",
            ),
        ),
        migrations.AddField("mention", "queue_at", models.DateTimeField(null=True)),
        migrations.RunSQL(PLACE, migrations.RunSQL.noop),
        migrations.AlterField(
            "mention",
            "queue_at",
            models.DateTimeField(
                help_text="Its place in the queue, the earliest first: when it was received, and "
                "so much earlier for each point. Waiting longer thus never changes the order of "
                "two."
            ),
        ),
        migrations.AlterField(
            "mention",
            "priority",
            models.SmallIntegerField(
                default=0, help_text="The sum of its parts, without the points for waiting."
            ),
        ),
        migrations.RemoveIndex("mention", "mention_queue"),
        migrations.AddIndex(
            "mention",
            models.Index(
                fields=["campaign", "replyable", "queue_at", "id"],
                condition=models.Q(("doubt", ""), ("status__in", ["waiting", "claimed"])),
                name="mention_in_queue",
            ),
        ),
        migrations.AddIndex(
            "mention",
            models.Index(
                fields=["campaign", "queue_at", "id"],
                condition=models.Q(
                    ("status__in", ["waiting", "claimed"]), models.Q(("doubt", ""), _negated=True)
                ),
                name="mention_in_doubt",
            ),
        ),
        migrations.AddIndex(
            "mention",
            django.contrib.postgres.indexes.GinIndex(fields=["search"], name="mention_search"),
        ),
        migrations.AddIndex(
            "mention",
            models.Index(
                fields=["conversation_id", "posted_at"],
                condition=models.Q(("conversation_id", ""), _negated=True),
                name="mention_conversation",
            ),
        ),
    ]
