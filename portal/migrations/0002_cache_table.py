"""The table that caches in the database, also where Redis does: limits are counted in it while Redis is gone."""

from typing import Any

from django.core.management import call_command
from django.db import migrations


def make_table(_apps: Any, schema_editor: Any) -> None:
    """Make it unless an earlier `createcachetable` did."""
    call_command("createcachetable", "cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("portal", "0001_feedback")]

    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
