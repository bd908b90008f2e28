from typing import Any

from django.db import migrations


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.delete_model(apps.get_model("petitions", "DayCount"))


def make(apps: Any, schema_editor: Any) -> None:
    schema_editor.create_model(apps.get_model("petitions", "DayCount"))


class Migration(migrations.Migration):
    """Sums that `FactDay` holds now.

    The clock of the version before fails to write them until it is restarted, some seconds later,
    and nothing is lost: they are counted from the rows.
    """

    dependencies = [("petitions", "0005_signing_locks_no_other_row")]

    operations = [
        migrations.RunPython(drop, make),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("DayCount")]),
    ]
