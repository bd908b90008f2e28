from django.db import migrations

from campaign.roles import ROLES


def make_roles(apps, schema_editor):
    """Groups with their permissions. Django makes permissions after migrations, so make ours now."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    Permission = apps.get_model("auth", "Permission")
    Group = apps.get_model("auth", "Group")
    Campaign = apps.get_model("campaign", "Campaign")
    content_type, _ = ContentType.objects.get_or_create(app_label="campaign", model="campaign")
    names = dict(Campaign._meta.permissions)
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(
            Permission.objects.get_or_create(
                content_type=content_type, codename=codename, defaults={"name": names[codename]}
            )[0]
            for codename in codenames
            if codename in names  # later permissions are given by the migration that brings them
        )


class Migration(migrations.Migration):
    dependencies = [
        ("campaign", "0002_audit_is_append_only"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
