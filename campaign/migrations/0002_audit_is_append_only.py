from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON campaign_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
"""
BACKWARD = """
DROP TRIGGER audit_append_only ON campaign_auditentry;
DROP FUNCTION audit_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("campaign", "0001_schema")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
