"""Sessions that were ended stay ended; and on SQLite, too, the log refuses that a row is removed."""

from django.db import migrations, models

TABLES = ("accounts_auditentry", "accounts_auditseal")
REFUSE_REMOVAL = [
    f"CREATE TRIGGER {table}_no_removal BEFORE DELETE ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for table in TABLES
]
# The tests empty their tables between two tests, and SQLite has no TRUNCATE for that: tests/conftest.py uses these.
ALLOW_REMOVAL = [f"DROP TRIGGER IF EXISTS {table}_no_removal" for table in TABLES]


def refuse_removal(_apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in REFUSE_REMOVAL:
            schema_editor.execute(statement)


def allow_removal(_apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for statement in ALLOW_REMOVAL:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_is_append_only")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sessions_ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RunPython(refuse_removal, allow_removal),
    ]
