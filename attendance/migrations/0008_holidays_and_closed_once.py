from django.db import migrations, models


def _once_per(scope: str) -> migrations.AddConstraint:
    return migrations.AddConstraint(
        model_name="closedday",
        constraint=models.UniqueConstraint(
            fields=["day", scope],
            name=f"attendance_closedday_once_per_{scope}",
            condition=models.Q(cancelled_at=None),
        ),
    )


class Migration(migrations.Migration):
    """Places decide whether they open on public holidays; a day is closed once for each of the places it concerns."""

    dependencies = [("attendance", "0007_absence_in_full")]

    operations = [
        migrations.AddField(
            model_name="planningrule", name="opens_on_holidays", field=models.BooleanField(blank=True, null=True)
        ),
        _once_per("area"),
        _once_per("preschool"),
        _once_per("department"),
    ]
