"""Labels, attachments, set phrases, and who is out of office."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.crypto
import portal.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0001_threads"),
        ("documents", "0001_files"),
        ("children", "0008_visible_before_days_of_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="phrase",
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("words", portal.lib.crypto.EncryptedTextField()),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="children.department",
                    ),
                ),
                (
                    "preschool",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="children.preschool",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ThreadLabel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "label",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="on_threads", to="messaging.label"
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labelled", to="messaging.thread"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Away",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("words", portal.lib.crypto.EncryptedTextField(blank=True)),
                ("instead", portal.lib.crypto.EncryptedTextField(blank=True)),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="children.department",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("department", None), ("person__isnull", False)),
                            models.Q(("department__isnull", False), ("person", None)),
                            _connector="OR",
                        ),
                        name="messaging_away_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))),
                        name="messaging_away_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("department", None), ("preschool__isnull", False)),
                    models.Q(("department__isnull", False), ("preschool", None)),
                    _connector="OR",
                ),
                name="messaging_label_of_one_inbox",
            ),
        ),
        migrations.AddConstraint(
            model_name="threadlabel",
            constraint=models.UniqueConstraint(fields=("label", "thread"), name="messaging_threadlabel_once"),
        ),
        migrations.CreateModel(
            name="MessageAttachment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile"
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="messaging.message",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("message", None)), fields=["created_at"], name="messaging_attachment_unsent"
                    )
                ],
            },
        ),
    ]
