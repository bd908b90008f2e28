from django.db import migrations

from campaign import roles


class Migration(migrations.Migration):
    dependencies = [("campaign", "0008_audit_by_campaign_and_first_replies")]
    operations = [migrations.RunPython(roles.grant, migrations.RunPython.noop)]
