"""Bulletins, and each guardian's copy."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.crypto
import portal.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0008_visible_before_days_of_places"),
        ("messaging", "0002_inbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BulletinChild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="BulletinCopy",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                ("reached_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BulletinReminder",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("step", models.PositiveSmallIntegerField()),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_app", "I Kapprummet"),
                            ("email", "E-post"),
                            ("push", "Notis på enheten"),
                            ("sms", "Sms"),
                        ],
                        max_length=10,
                    ),
                ),
                ("told_at", models.DateTimeField()),
            ],
        ),
        migrations.AlterField(
            model_name="incident",
            name="message",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="incident", to="messaging.message"
            ),
        ),
        migrations.CreateModel(
            name="Bulletin",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("is_to_all", models.BooleanField(default=False)),
                ("is_to_chosen", models.BooleanField(default=False)),
                ("title", portal.lib.crypto.EncryptedTextField(blank=True)),
                ("text", portal.lib.crypto.EncryptedTextField(blank=True)),
                ("language", models.CharField(max_length=10)),
                ("phrase", models.CharField(blank=True, max_length=60)),
                ("must_confirm", models.BooleanField(default=False)),
                ("is_urgent", models.BooleanField(default=False)),
                ("remind_after", models.PositiveSmallIntegerField(default=24)),
                ("leaves_at", models.DateTimeField(blank=True, null=True)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_until", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "area",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="children.area"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="children.department",
                    ),
                ),
                (
                    "preschool",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="children.preschool",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="incident",
            name="bulletin",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="incident", to="messaging.bulletin"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bulletin__isnull", False), ("message", None)),
                    models.Q(("bulletin", None), ("message__isnull", False)),
                    _connector="OR",
                ),
                name="messaging_incident_of_one",
            ),
        ),
        migrations.AddField(
            model_name="bulletinchild",
            name="bulletin",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="chosen", to="messaging.bulletin"
            ),
        ),
        migrations.AddField(
            model_name="bulletinchild",
            name="child",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="children.child"),
        ),
        migrations.AddField(
            model_name="bulletincopy",
            name="bulletin",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="copies", to="messaging.bulletin"
            ),
        ),
        migrations.AddField(
            model_name="bulletincopy",
            name="department",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="children.department"
            ),
        ),
        migrations.AddField(
            model_name="bulletincopy",
            name="guardian",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bulletincopy",
            name="reached_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bulletinreminder",
            name="copy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reminders", to="messaging.bulletincopy"
            ),
        ),
        migrations.AddIndex(
            model_name="bulletin",
            index=models.Index(fields=["-leaves_at"], name="messaging_bulletin_by_time"),
        ),
        migrations.AddIndex(
            model_name="bulletin",
            index=models.Index(
                condition=models.Q(("released_at", None)), fields=["leaves_at"], name="messaging_bulletin_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("area", None),
                        ("department__isnull", False),
                        ("is_to_all", False),
                        ("is_to_chosen", False),
                        ("preschool", None),
                    ),
                    models.Q(
                        ("area", None),
                        ("department", None),
                        ("is_to_all", False),
                        ("is_to_chosen", False),
                        ("preschool__isnull", False),
                    ),
                    models.Q(
                        ("area__isnull", False),
                        ("department", None),
                        ("is_to_all", False),
                        ("is_to_chosen", False),
                        ("preschool", None),
                    ),
                    models.Q(
                        ("area", None),
                        ("department", None),
                        ("is_to_all", True),
                        ("is_to_chosen", False),
                        ("preschool", None),
                    ),
                    models.Q(
                        ("area", None),
                        ("department", None),
                        ("is_to_all", False),
                        ("is_to_chosen", True),
                        ("preschool", None),
                    ),
                    _connector="OR",
                ),
                name="messaging_bulletin_to_one_audience",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulletin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at", None), ("withdrawn_at__gte", models.F("leaves_at")), _connector="OR"
                ),
                name="messaging_bulletin_withdrawn_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="bulletinchild",
            constraint=models.UniqueConstraint(fields=("child", "bulletin"), name="messaging_bulletinchild_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletincopy",
            constraint=models.UniqueConstraint(fields=("guardian", "bulletin"), name="messaging_bulletincopy_once"),
        ),
        migrations.AddConstraint(
            model_name="bulletinreminder",
            constraint=models.UniqueConstraint(fields=("copy", "step"), name="messaging_bulletinreminder_once"),
        ),
    ]
