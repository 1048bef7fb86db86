"""Say of the files that are there whose room they take. How much they take is counted anew in the first night."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery


def fill(apps, _schema_editor):
    StoredFile = apps.get_model("documents", "StoredFile")
    DocumentVersion = apps.get_model("documents", "DocumentVersion")
    PdfPage = apps.get_model("documents", "PdfPage")
    Department = apps.get_model("children", "Department")
    StoredFile.objects.update(stored=F("size"))
    at_departments = Department.objects.filter(pk=OuterRef("department")).values("preschool")
    StoredFile.objects.exclude(department=None).update(preschool=Subquery(at_departments))
    in_folders = DocumentVersion.objects.filter(file=OuterRef("pk"), document__folder__preschool__isnull=False)
    versions = StoredFile.objects.filter(preschool=None, pk__in=DocumentVersion.objects.values("file"))
    versions.update(preschool=Subquery(in_folders.values("document__folder__preschool")[:1]))
    drawn = PdfPage.objects.filter(picture=OuterRef("pk")).values("preview__file__preschool")
    StoredFile.objects.filter(pk__in=PdfPage.objects.values("picture")).update(preschool=Subquery(drawn[:1]))


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0009_room_of_preschools"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
