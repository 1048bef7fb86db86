"""What stands in a picture's place until it has come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0004_documents_in_folders")]

    operations = [
        migrations.AddField("storedfile", "placeholder", models.CharField(blank=True, db_default="", max_length=400)),
    ]
