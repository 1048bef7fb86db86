"""On a day of handover each of a child's two homes answers a holiday enquiry for its own half."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0006_two_homes"),
        ("attendance", "0008_holidays_and_closed_once"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="enquiryanswer", name="attendance_enquiryanswer_one_per_day"),
        migrations.AddField(
            model_name="enquiryanswer",
            name="household",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="enquiry_answers",
                to="children.household",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiryanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(household=None),
                fields=("enquiry", "child", "day"),
                name="attendance_enquiryanswer_one_per_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="enquiryanswer",
            constraint=models.UniqueConstraint(
                condition=models.Q(household__isnull=False),
                fields=("enquiry", "child", "day", "household"),
                name="attendance_enquiryanswer_one_per_home",
            ),
        ),
    ]
