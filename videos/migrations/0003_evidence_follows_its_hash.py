"""The hash of a consent's evidence may come before the file, which a phone sends as it sends films."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY['withdrawn_at', 'withdrawn_by_id', 'withdrawal_channel',
        'withdrawal_scope', 'reminded_at', 'expired_at'];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        -- The hash may come first, and then binds the file that follows.
        IF OLD.evidence = '' THEN
            free := free || ARRAY['evidence', 'evidence_type'];
            IF OLD.evidence_sha256 = '' THEN
                free := free || ARRAY['evidence_sha256'];
            END IF;
        ELSIF OLD.evidence_purged_at IS NULL THEN
            free := free || ARRAY['evidence_purged_at'];
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
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION consent_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("videos", "0002_append_only")]
    operations = [
        migrations.RemoveConstraint(model_name="consent", name="consent_evidence_is_hashed"),
        AddConstraintNotValid(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("evidence", ""),
                    models.Q(("evidence_sha256", ""), _negated=True),
                    _connector="OR",
                ),
                name="consent_evidence_is_hashed",
            ),
        ),
        ValidateConstraint(model_name="consent", name="consent_evidence_is_hashed"),
        migrations.AddField(
            model_name="consent",
            name="evidence_purged_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When the file was deleted at the end of its time.",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="evidence_sha256",
            field=models.CharField(
                blank=True,
                help_text="As the phone worked it out; it may come before it.",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="upload",
            name="consent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,  # the next migration makes it, and locks nobody out
                help_text="What comes is no film but the evidence of this consent.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="uploads",
                to="videos.consent",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
