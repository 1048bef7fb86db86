"""Files that were uploaded."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.crypto
import portal.lib.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("children", "0008_visible_before_days_of_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", portal.lib.crypto.EncryptedTextField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("picture", "Bild"), ("pdf", "PDF"), ("office", "Dokument"), ("text", "Text")],
                        max_length=10,
                    ),
                ),
                ("media_type", models.CharField(max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "Görs i ordning"), ("ready", "Klar"), ("damaged", "Går inte att visa")],
                        max_length=10,
                    ),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unreadable", "Bilden är skadad och går inte att öppna."),
                            ("too_much", "Bilden är för stor för att göras i ordning."),
                            ("gone", "Filen finns inte kvar."),
                        ],
                        max_length=20,
                    ),
                ),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("claimed_until", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["created_at"], name="documents_file_waiting"
                    ),
                    models.Index(fields=["digest"], name="documents_file_by_digest"),
                ],
            },
        ),
    ]
