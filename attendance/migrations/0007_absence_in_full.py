"""An absence's own words are sealed, as health is; and one that ends early says who ended it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.crypto


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("attendance", "0006_usual_times_of_homes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="absence",
            name="words",
            field=portal.lib.crypto.EncryptedTextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="absence",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="absence",
            name="ended_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
