"""When people want to be left alone, and the evening's digest."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0006_devices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("weekdays_from", models.TimeField(blank=True, null=True)),
                ("weekdays_to", models.TimeField(blank=True, null=True)),
                ("weekend_from", models.TimeField(blank=True, null=True)),
                ("weekend_to", models.TimeField(blank=True, null=True)),
                ("digest_hour", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "verbose_name_plural": "quiet hours",
            },
        ),
        migrations.AddField(
            model_name="delivery",
            name="digest",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="delivery",
            name="for_digest",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="delivery",
            name="is_urgent",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="preference",
            name="way",
            field=models.CharField(
                choices=[
                    ("in_app", "I Kapprummet"),
                    ("email", "E-post"),
                    ("push", "Notis på enheten"),
                    ("sms", "Sms"),
                    ("digest", "I kvällens sammanfattning"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("digest", None), ("for_digest", True), ("read_at", None)),
                fields=["person"],
                name="notifications_for_digest",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("digest", None), _negated=True),
                fields=["person", "digest"],
                name="notifications_in_digest",
            ),
        ),
        migrations.AddField(
            model_name="quiethours",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="quiet_hours", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="quiethours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("weekdays_from__isnull", True), ("weekdays_to__isnull", True)),
                    models.Q(("weekdays_from__isnull", False), ("weekdays_to__isnull", False)),
                    _connector="OR",
                ),
                name="notifications_quiet_weekdays_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="quiethours",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("weekend_from__isnull", True), ("weekend_to__isnull", True)),
                    models.Q(("weekend_from__isnull", False), ("weekend_to__isnull", False)),
                    _connector="OR",
                ),
                name="notifications_quiet_weekend_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="quiethours",
            constraint=models.CheckConstraint(
                condition=models.Q(("digest_hour__isnull", True), ("digest_hour__lte", 23), _connector="OR"),
                name="notifications_digest_hour",
            ),
        ),
    ]
