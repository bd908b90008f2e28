"""The chain is made after the entries are committed, so that writers do not wait for each other.

Entries from before are sealed anew by the clock, in their old order, to the hashes that they have.
"""

from django.db import migrations, models

# Comparing whole rows keeps a column that is added later under the same protection.
FORWARD = """
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    link text[] := ARRAY['number', 'previous_hash', 'hash'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND NEW.number IS NOT NULL
        AND to_jsonb(OLD) - link = to_jsonb(NEW) - link
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION audit_is_sealed_later() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an audit entry is sealed after it is committed'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_unsealed_first BEFORE INSERT ON campaign_auditentry
    FOR EACH ROW WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION audit_is_sealed_later();
"""
BACKWARD = """
DROP TRIGGER audit_unsealed_first ON campaign_auditentry;
DROP FUNCTION audit_is_sealed_later();
CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("campaign", "0003_roles")]
    operations = [
        migrations.AddField(
            model_name="auditentry",
            name="number",
            field=models.BigIntegerField(
                blank=True, help_text="In the chain. Empty: not sealed yet.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="hash",
            field=models.CharField(blank=True, max_length=64, null=True, unique=True),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
