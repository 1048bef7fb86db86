"""The database itself refuses to change what the log says, and finds a child's rows in it."""

from django.db import migrations

POSTGRESQL = [
    """CREATE FUNCTION accounts_audit_refuses() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE TRIGGER accounts_auditentry_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
       FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuses()""",
    """CREATE TRIGGER accounts_auditseal_append_only BEFORE UPDATE OR DELETE ON accounts_auditseal
       FOR EACH ROW EXECUTE FUNCTION accounts_audit_refuses()""",
    "CREATE INDEX accounts_audit_by_child ON accounts_auditentry USING gin (children jsonb_path_ops)",
]
# Removing rows is refused by 0003 on SQLite.
SQLITE = [
    """CREATE TRIGGER accounts_auditentry_append_only BEFORE UPDATE ON accounts_auditentry
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """CREATE TRIGGER accounts_auditseal_append_only BEFORE UPDATE ON accounts_auditseal
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
]


def refuse_changes(_apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def allow_changes(_apps, schema_editor):
    on = schema_editor.connection.vendor == "postgresql"
    for table in ("accounts_auditentry", "accounts_auditseal"):
        schema_editor.execute(f"DROP TRIGGER {table}_append_only" + (f" ON {table}" if on else ""))
    if on:
        schema_editor.execute("DROP FUNCTION accounts_audit_refuses")
        schema_editor.execute("DROP INDEX accounts_audit_by_child")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]

    operations = [migrations.RunPython(refuse_changes, allow_changes)]
