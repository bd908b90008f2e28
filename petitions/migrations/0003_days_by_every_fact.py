import django.db.models.deletion
from django.db import migrations, models

# A link's clip, editor and times are facts of sums too, so their change marks its hours.
MARKS = """
DROP TRIGGER link_told_anew ON petitions_trackedlink;
CREATE TRIGGER link_told_anew AFTER UPDATE ON petitions_trackedlink FOR EACH ROW
    WHEN ((OLD.place, OLD.language, OLD.network, OLD.lane, OLD.themes{old})
        IS DISTINCT FROM (NEW.place, NEW.language, NEW.network, NEW.lane, NEW.themes{new}))
    EXECUTE FUNCTION petitions_mark_link();
"""
MORE = ("clip_id", "clip_title", "storyteller", "editor_id", "tweeted_at", "posted_at")
FORWARD = MARKS.format(
    old="".join(f", OLD.{name}" for name in MORE), new="".join(f", NEW.{name}" for name in MORE)
)
BACKWARD = MARKS.format(old="", new="")


class Migration(migrations.Migration):
    """The clock fills the new table; pages read the rows themselves until it has."""

    dependencies = [("petitions", "0002_closed_hours_are_marked")]

    operations = [
        migrations.CreateModel(
            name="FactDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=120)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("network", models.CharField(blank=True, max_length=20)),
                ("lane", models.CharField(blank=True, max_length=8)),
                ("day", models.DateField()),
                (
                    "by",
                    models.CharField(
                        choices=[
                            ("country", "Country of the signer"),
                            ("theme", "Theme of the mention"),
                            ("clip", "Clip"),
                            ("storyteller", "Storyteller"),
                            ("place", "Place"),
                            ("language", "Language of the reply"),
                            ("editor", "Editor"),
                            ("network", "Network"),
                            ("wait", "Time from tweet to reply"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "key",
                    models.TextField(
                        blank=True,
                        help_text="A JSON array of the fact's parts; empty for those without a link.",
                    ),
                ),
                ("mentions", models.PositiveIntegerField(default=0)),
                ("people", models.PositiveIntegerField(default=0)),
                ("bots", models.PositiveIntegerField(default=0)),
                ("confirmed", models.PositiveIntegerField(default=0)),
                ("pending", models.PositiveIntegerField(default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaign.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("campaign"), models.F("by"), models.F("day"), name="fact_day_day"
                    )
                ],
            },
        ),
        migrations.AddField(
            "rollup",
            "version",
            models.PositiveSmallIntegerField(
                db_default=1, help_text="Of the sums; see petitions.tallies."
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
