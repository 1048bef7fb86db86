"""What was handed over to the registry. The database itself refuses that it is changed or removed."""

import django.db.models.deletion
from django.db import migrations, models

import portal.lib.crypto
import portal.lib.ids

TABLES = ("messaging_journalpackage", "messaging_journalpart")
POSTGRESQL = [
    """CREATE FUNCTION messaging_journal_refuses() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the registry is append-only'; END $$""",
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION messaging_journal_refuses()"
        for table in TABLES
    ),
]
REFUSE_CHANGES, REFUSE_REMOVAL = (
    [
        f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END"
        for table in TABLES
    ]
    for name, deed in (("append_only", "UPDATE"), ("no_removal", "DELETE"))
)
# The tests empty their tables between two tests, and SQLite has no TRUNCATE for that: tests/conftest.py uses these.
ALLOW_REMOVAL = [f"DROP TRIGGER IF EXISTS {table}_no_removal" for table in TABLES]


def refuse_changes(_apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else REFUSE_CHANGES + REFUSE_REMOVAL:
        schema_editor.execute(statement)


def allow_changes(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
        schema_editor.execute("DROP FUNCTION messaging_journal_refuses")
    else:
        for statement in (*ALLOW_REMOVAL, *(f"DROP TRIGGER {table}_append_only" for table in TABLES)):
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_posts"),
    ]

    operations = [
        migrations.CreateModel(
            name="JournalPackage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("number", models.PositiveIntegerField(unique=True)),
                ("kind", models.CharField(choices=[("thread", "Samtal"), ("bulletin", "Anslag")], max_length=10)),
                ("about", models.UUIDField()),
                ("title", portal.lib.crypto.EncryptedTextField()),
                ("children", models.JSONField(default=list)),
                ("people", models.JSONField(default=list)),
                ("aliased", models.JSONField(default=list)),
                ("sealed_at", models.DateTimeField()),
                ("sealed_by", models.UUIDField()),
                ("before", models.CharField(blank=True, max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("size", models.PositiveBigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["about"], name="messaging_journal_by_about")],
                "constraints": [
                    models.UniqueConstraint(fields=("before",), name="messaging_journal_one_chain"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("before", ""), ("number", 1)),
                            models.Q(("number__gt", 1), models.Q(("before", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="messaging_journal_begins_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("data", models.BinaryField()),
                (
                    "package",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parts", to="messaging.journalpackage"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("package", "position"), name="messaging_journalpart_once")
                ],
            },
        ),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
