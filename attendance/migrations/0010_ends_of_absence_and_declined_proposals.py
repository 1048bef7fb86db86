"""Until when an absence was reported that was ended early, and who wants to hear no more of usual times for a while."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0006_two_homes"),
        ("attendance", "0009_answers_of_homes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(model_name="absence", name="reported_until", field=models.DateField(blank=True, null=True)),
        migrations.CreateModel(
            name="DeclinedProposal",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("until", models.DateField()),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="children.child"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "child"), name="attendance_declinedproposal_one_each")
                ],
            },
        ),
    ]
