from django.db import migrations

# The database plans a statement anew each time it is sent, which took longer than running this one.
# What stands in a function is planned once a connection, also behind a pooler.
SIGN = """
CREATE FUNCTION petitions_sign(
    petition bigint, key text, email text, name text, country text, postcode text, domain text,
    network text, language text, link bigint, state text, suspicion text, news boolean,
    wording text, moment timestamptz
) RETURNS boolean LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    doubted CONSTANT boolean := suspicion <> '';
BEGIN
    INSERT INTO petitions_signature (
        petition_id, email_hmac, email, name, country, postcode, domain, network, language,
        link_id, state, suspicion, state_before, news_consent, news_wording, signed_at,
        reminders, mails_sent, mail_due
    )
    SELECT
        signed.id, key, email, name, country, postcode, domain, network, language,
        link, state, suspicion, '', news, wording, moment, 0, 0, NOT doubted
    FROM petitions_petition AS signed
    WHERE signed.id = petition AND NOT signed.signing_paused AND signed.opens_at <= moment
        AND (signed.closes_at IS NULL OR signed.closes_at > moment)
    ON CONFLICT (petition_id, email_hmac) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO petitions_countchange
        (petition_id, country, language, link_id, confirmed, pending, removed)
    VALUES (petition, country, language, link, 0, (NOT doubted)::int, doubted::int);
    RETURN true;
END $$
"""
DROP = """
DROP FUNCTION petitions_sign(
    bigint, text, text, text, text, text, text, text, text, bigint, text, text, boolean, text,
    timestamptz
)
"""


class Migration(migrations.Migration):
    dependencies = [("petitions", "0006_day_counts_are_replaced")]

    operations = [migrations.RunSQL(SIGN, DROP)]
