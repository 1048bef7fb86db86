"""An address that somebody wants to log in with waits until a link that was sent there has been followed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.crypto
import portal.lib.ids


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_audit_written_at")]

    operations = [
        migrations.CreateModel(
            name="AddressChange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("email", portal.lib.crypto.EncryptedTextField()),
                ("old_email", portal.lib.crypto.EncryptedTextField(blank=True, default="")),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("written_to_at", models.DateTimeField(blank=True, null=True)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="address_changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"abstract": False},
        )
    ]
