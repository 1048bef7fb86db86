"""Labels, drafts, attachments, and who is out of office."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_threads"),
        ("documents", "0001_files"),
    ]

    operations = []
