"""What is uploaded among documents is nobody else's any more: the same picture in a post is a file of its own."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def let_go(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    versions = apps.get_model("documents", "DocumentVersion").objects.all()
    apps.get_model("documents", "StoredFile").objects.filter(pk__in=versions.values("file")).update(department=None)


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0016_files_that_nothing_uses"),
    ]

    operations = [
        migrations.RunPython(let_go, migrations.RunPython.noop, elidable=True),
    ]
