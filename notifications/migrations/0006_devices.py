"""Devices that notices are pushed to."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_what_is_said"),
    ]

    operations = []
