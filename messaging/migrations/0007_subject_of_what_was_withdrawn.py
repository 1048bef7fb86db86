"""A subject that is withdrawn with its message is kept in the log of incidents."""

from django.db import migrations

import portal.lib.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_must_know_step_by_step"),
    ]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="subject",
            field=portal.lib.crypto.EncryptedTextField(blank=True),
        ),
    ]
