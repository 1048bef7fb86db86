"""When people want to be left alone, and the evening's digest."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_devices"),
    ]

    operations = []
