"""A row of the log knows when it was written, which can be long after what it tells of."""

from importlib import import_module

import django.db.models.functions.datetime
from django.db import migrations, models


def refuse_again(_apps, schema_editor):
    """SQLite makes the table anew to add a column, and what refused changes went with the old one."""
    if schema_editor.connection.vendor != "sqlite":
        return
    changes = import_module("accounts.migrations.0002_audit_is_append_only").SQLITE
    removal = import_module("accounts.migrations.0003_sessions_end_for_good").REFUSE_REMOVAL
    schema_editor.execute("DROP TRIGGER IF EXISTS accounts_auditentry_append_only")
    schema_editor.execute("DROP TRIGGER IF EXISTS accounts_auditentry_no_removal")
    for statement in (*changes, *removal):
        if statement.startswith("CREATE TRIGGER accounts_auditentry_"):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_sessions_end_for_good")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, refuse_again),
        migrations.AddField(
            model_name="auditentry",
            name="written_at",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.RunPython(refuse_again, migrations.RunPython.noop),
    ]
