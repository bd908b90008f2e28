from django.db import migrations

FORWARD = """
CREATE FUNCTION custody_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the chain of custody is append-only'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER custody_append_only BEFORE UPDATE OR DELETE ON videos_custodyevent
    FOR EACH ROW EXECUTE FUNCTION custody_is_append_only();

CREATE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawal_channel',
        'withdrawal_scope', 'reminded_at', 'expired_at'];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.evidence = '' THEN
            free := free || ARRAY['evidence', 'evidence_sha256', 'evidence_type'];
        END IF;
        -- An end may be brought forward: that never allows more than was agreed.
        IF OLD.expires_at IS NULL OR NEW.expires_at <= OLD.expires_at THEN
            free := free || ARRAY['expires_at'];
        END IF;
        IF to_jsonb(OLD) - free = to_jsonb(NEW) - free
            AND (OLD.withdrawn_at IS NULL OR NEW.withdrawn_at = OLD.withdrawn_at) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a consent is never changed: write a new version'
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON videos_consent
    FOR EACH ROW EXECUTE FUNCTION consent_is_append_only();
"""
BACKWARD = """
DROP TRIGGER consent_append_only ON videos_consent;
DROP FUNCTION consent_is_append_only();
DROP TRIGGER custody_append_only ON videos_custodyevent;
DROP FUNCTION custody_is_append_only();
"""


class Migration(migrations.Migration):
    replaces = [("videos", "0004_append_only")]
    dependencies = [("videos", "0001_schema")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
