import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Each of these is done in an instant, except the new index: nearly no row belongs to a removal, and
# it is built without a lock that stops signing.
KEEP = """
CREATE FUNCTION petitions_keep_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM petitions_signature WHERE petition_id = OLD.id) THEN
        RAISE foreign_key_violation
            USING MESSAGE = 'A petition that somebody signed is closed, never deleted.';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER petition_keeps_signatures BEFORE DELETE ON petitions_petition FOR EACH ROW
    EXECUTE FUNCTION petitions_keep_signed();
"""
DROP = """
DROP TRIGGER petition_keeps_signatures ON petitions_petition;
DROP FUNCTION petitions_keep_signed();
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("petitions", "0004_links_tell_length_and_captions")]

    operations = [
        migrations.AlterField(
            "signature",
            "petition",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="petitions.petition",
            ),
        ),
        migrations.AlterField(
            "signature",
            "link",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="signatures",
                to="petitions.trackedlink",
            ),
        ),
        migrations.AlterField(
            "signature",
            "removal",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="signatures",
                to="petitions.removal",
            ),
        ),
        AddIndexConcurrently(
            "signature",
            models.Index(
                "removal",
                condition=models.Q(("removal__isnull", False)),
                name="signature_removal",
            ),
        ),
        migrations.RunSQL(KEEP, DROP),
    ]
