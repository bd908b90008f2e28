from django.db import migrations

# A change that belongs to an hour which was over when its transaction began leaves a mark, within
# that transaction. The conditions stand at the triggers, so that all else costs next to nothing.
HOUR = "date_bin('1 hour', {}, '2000-01-01 00:00:00+00')"
OPEN = HOUR.format("now()")

FORWARD = f"""
CREATE FUNCTION petitions_mark_hour(petition bigint, moment timestamptz) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO petitions_stalehour (campaign_id, hour)
    SELECT campaign_id, {HOUR.format("moment")} FROM petitions_petition WHERE id = petition
$$;

CREATE FUNCTION petitions_mark_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM petitions_mark_hour(OLD.petition_id, OLD.signed_at);
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND (OLD.petition_id, OLD.signed_at)
            IS DISTINCT FROM (NEW.petition_id, NEW.signed_at) THEN
        PERFORM petitions_mark_hour(NEW.petition_id, NEW.signed_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER signature_added_late AFTER INSERT ON petitions_signature FOR EACH ROW
    WHEN (NEW.signed_at < {OPEN}) EXECUTE FUNCTION petitions_mark_signature();
CREATE TRIGGER signature_changed_late AFTER UPDATE ON petitions_signature FOR EACH ROW
    WHEN ((OLD.state, OLD.link_id, OLD.country, OLD.signed_at, OLD.petition_id)
            IS DISTINCT FROM (NEW.state, NEW.link_id, NEW.country, NEW.signed_at, NEW.petition_id)
        AND LEAST(OLD.signed_at, NEW.signed_at) < {OPEN})
    EXECUTE FUNCTION petitions_mark_signature();
CREATE TRIGGER signature_erased_late AFTER DELETE ON petitions_signature FOR EACH ROW
    WHEN (OLD.signed_at < {OPEN}) EXECUTE FUNCTION petitions_mark_signature();

CREATE FUNCTION petitions_mark_click() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE it record := COALESCE(NEW, OLD);
BEGIN
    INSERT INTO petitions_stalehour (campaign_id, hour)
    SELECT campaign_id, it.hour FROM petitions_petition WHERE id = (
        SELECT petition_id FROM petitions_trackedlink WHERE id = it.link_id
    );
    RETURN NULL;
END $$;
CREATE TRIGGER click_added_late AFTER INSERT ON petitions_clickcount FOR EACH ROW
    WHEN (NEW.hour < {OPEN}) EXECUTE FUNCTION petitions_mark_click();
CREATE TRIGGER click_changed_late AFTER UPDATE ON petitions_clickcount FOR EACH ROW
    WHEN (NEW.hour < {OPEN}) EXECUTE FUNCTION petitions_mark_click();
CREATE TRIGGER click_erased_late AFTER DELETE ON petitions_clickcount FOR EACH ROW
    WHEN (OLD.hour < {OPEN}) EXECUTE FUNCTION petitions_mark_click();

CREATE FUNCTION petitions_mark_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO petitions_stalehour (campaign_id, hour)
    SELECT campaign_id, touched.hour FROM petitions_petition, (
        SELECT hour FROM petitions_clickcount WHERE link_id = NEW.id
        UNION SELECT {HOUR.format("signed_at")} FROM petitions_signature WHERE link_id = NEW.id
    ) AS touched
    WHERE petitions_petition.id = NEW.petition_id;
    RETURN NULL;
END $$;
CREATE TRIGGER link_told_anew AFTER UPDATE ON petitions_trackedlink FOR EACH ROW
    WHEN ((OLD.place, OLD.language, OLD.network, OLD.lane, OLD.themes)
        IS DISTINCT FROM (NEW.place, NEW.language, NEW.network, NEW.lane, NEW.themes))
    EXECUTE FUNCTION petitions_mark_link();

CREATE FUNCTION petitions_mark_mention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO petitions_stalehour (campaign_id, hour)
        VALUES (OLD.campaign_id, {HOUR.format("OLD.received_at")});
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO petitions_stalehour (campaign_id, hour)
        VALUES (NEW.campaign_id, {HOUR.format("NEW.received_at")});
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER mention_added_late AFTER INSERT ON campaign_mention FOR EACH ROW
    WHEN (NEW.received_at < {OPEN}) EXECUTE FUNCTION petitions_mark_mention();
CREATE TRIGGER mention_changed_late AFTER UPDATE OF campaign_id, received_at, lang, network, themes
    ON campaign_mention FOR EACH ROW
    WHEN ((OLD.campaign_id, OLD.received_at, OLD.lang, OLD.network, OLD.themes)
            IS DISTINCT FROM
            (NEW.campaign_id, NEW.received_at, NEW.lang, NEW.network, NEW.themes)
        AND LEAST(OLD.received_at, NEW.received_at) < {OPEN})
    EXECUTE FUNCTION petitions_mark_mention();
CREATE TRIGGER mention_erased_late AFTER DELETE ON campaign_mention FOR EACH ROW
    WHEN (OLD.received_at < {OPEN}) EXECUTE FUNCTION petitions_mark_mention();
"""
BACKWARD = """
DROP TRIGGER mention_erased_late ON campaign_mention;
DROP TRIGGER mention_changed_late ON campaign_mention;
DROP TRIGGER mention_added_late ON campaign_mention;
DROP FUNCTION petitions_mark_mention();
DROP TRIGGER link_told_anew ON petitions_trackedlink;
DROP FUNCTION petitions_mark_link();
DROP TRIGGER click_erased_late ON petitions_clickcount;
DROP TRIGGER click_changed_late ON petitions_clickcount;
DROP TRIGGER click_added_late ON petitions_clickcount;
DROP FUNCTION petitions_mark_click();
DROP TRIGGER signature_erased_late ON petitions_signature;
DROP TRIGGER signature_changed_late ON petitions_signature;
DROP TRIGGER signature_added_late ON petitions_signature;
DROP FUNCTION petitions_mark_signature();
DROP FUNCTION petitions_mark_hour(bigint, timestamptz);
"""


class Migration(migrations.Migration):
    replaces = [("petitions", "0005_closed_hours_are_marked")]
    dependencies = [("campaign", "0001_schema"), ("petitions", "0001_schema")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
