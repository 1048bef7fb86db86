"""What was handed over to the registry."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_posts"),
    ]

    operations = []
