"""Letters about another address wait as rows of their own, so that no worker takes one with it when it dies."""

from datetime import timedelta
from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import portal.lib.ids
from portal.lib import clock


def carry_over(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Let what waits go on waiting."""
    changes: Any = apps.get_model("accounts", "AddressChange").objects
    letters, now = apps.get_model("accounts", "AddressLetter"), clock.now()
    links = changes.filter(written_to_at=None, used_at=None, expires_at__gt=now)
    news = [one for one in changes.filter(told_at=None, used_at__gt=now - timedelta(days=7)) if one.old_email]
    letters.objects.bulk_create(
        letters(change=change, is_to_old=is_to_old, try_after=now)
        for those, is_to_old in ((links, False), (news, True))
        for change in those
    )


def carry_back(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Mark what does not wait as written, so that the sender of before writes to nobody twice."""
    changes: Any = apps.get_model("accounts", "AddressChange").objects
    now = clock.now()
    waiting = apps.get_model("accounts", "AddressLetter").objects.filter(sent_at=None, given_up_at=None)
    for column, is_to_old in (("written_to_at", False), ("told_at", True)):
        wait = waiting.filter(is_to_old=is_to_old).values("change")
        changes.exclude(pk__in=wait).update(**{column: now})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_address_changes")]

    operations = [
        migrations.CreateModel(
            name="AddressLetter",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("try_after", models.DateTimeField()),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("given_up_at", models.DateTimeField(blank=True, null=True)),
                ("problem", models.CharField(blank=True, max_length=200)),
                ("is_to_old", models.BooleanField()),
                (
                    "change",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="letters",
                        to="accounts.addresschange",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("change", "is_to_old"), name="accounts_addressletter_one_each")
                ],
            },
        ),
        migrations.RunPython(carry_over, carry_back),
        migrations.RemoveField(model_name="addresschange", name="written_to_at"),
        migrations.RemoveField(model_name="addresschange", name="told_at"),
    ]
