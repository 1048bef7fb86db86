"""Devices that notices are pushed to."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.crypto
import portal.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0005_what_is_said"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("agent", portal.lib.crypto.EncryptedTextField()),
                ("endpoint", portal.lib.crypto.EncryptedTextField()),
                ("endpoint_index", portal.lib.crypto.BlindIndexField(source="endpoint", unique=True)),
                ("public_key", portal.lib.crypto.EncryptedTextField()),
                ("secret", portal.lib.crypto.EncryptedTextField()),
                ("given_at", models.DateTimeField()),
                ("last_success_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="devices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="Pushed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "delivery",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pushed",
                        to="notifications.delivery",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notifications.device",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("delivery", "device"), name="notifications_pushed_once")
                ]
            },
        ),
    ]
