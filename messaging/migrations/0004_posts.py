"""Posts, their pictures, and what families thank for."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_bulletins"),
    ]

    operations = []
