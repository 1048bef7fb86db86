"""Each of a child's two homes answers for itself whether it comes to what happens."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0006_two_homes"),
        ("attendance", "0010_ends_of_absence_and_declined_proposals"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="eventanswer", name="attendance_eventanswer_one_each"),
        migrations.AddField(
            model_name="eventanswer",
            name="household",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="event_answers",
                to="children.household",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(household=None),
                fields=("event", "child"),
                name="attendance_eventanswer_one_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(household__isnull=False),
                fields=("event", "child", "household"),
                name="attendance_eventanswer_one_per_home",
            ),
        ),
    ]
