"""Files that were uploaded."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("children", "0008_visible_before_days_of_places"),
    ]

    operations = []
