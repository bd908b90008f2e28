from django.db import migrations, models

# All of it is small: sums are counted anew by the clock, a day at a time, and pages read the rows
# themselves until they are there.
FORGET_SUMS = """
DELETE FROM petitions_daycount;
DELETE FROM petitions_rollup;
"""
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
    dependencies = [("petitions", "0002_closed_hours_are_marked")]

    operations = [
        migrations.RunSQL(FORGET_SUMS, FORGET_SUMS),
        migrations.AlterField(
            model_name="daycount",
            name="by",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="daycount",
            name="key",
            field=models.TextField(
                blank=True,
                help_text="A JSON array of the fact's parts; empty for those without a link.",
            ),
        ),
        migrations.AddField("daycount", "people", models.PositiveIntegerField(default=0)),
        migrations.AddField("daycount", "bots", models.PositiveIntegerField(default=0)),
        migrations.RemoveField("daycount", "by_link"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
