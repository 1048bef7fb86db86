"""The language in which somebody reads set phrases and notices."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_address_letters"),
    ]

    operations = []
