from django.db import migrations

from campaign import roles


class Migration(migrations.Migration):
    dependencies = [
        ("campaign", "0002_audit_is_append_only"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(roles.grant, migrations.RunPython.noop)]
