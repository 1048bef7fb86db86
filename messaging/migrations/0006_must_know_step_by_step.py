"""When somebody who has not confirmed is told in the next way is kept with their copy, and counts from the last step."""

from datetime import timedelta

from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce


def plan_next_steps(apps, _schema_editor):
    """Give everybody who is still being asked the time of the next step; a reminder without a way was the last."""
    copies = apps.get_model("messaging", "BulletinCopy").objects.filter(confirmed_at=None, reached_at=None)
    reminders = apps.get_model("messaging", "BulletinReminder").objects.filter(copy=OuterRef("pk")).order_by("-step")
    asking = apps.get_model("messaging", "Bulletin").objects.filter(must_confirm=True, withdrawn_at=None)
    for bulletin in asking.exclude(released_at=None).order_by("pk"):
        told_at = Coalesce(Subquery(reminders.values("told_at")[:1]), bulletin.released_at)
        still = copies.filter(bulletin=bulletin.pk).exclude(reminders__way="")
        still.update(remind_at=told_at + timedelta(hours=bulletin.remind_after))


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0005_journal"),
    ]

    operations = [
        migrations.AddField(
            model_name="bulletincopy",
            name="remind_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="bulletincopy",
            index=models.Index(
                fields=["remind_at"],
                name="messaging_copy_to_remind",
                condition=Q(confirmed_at=None, reached_at=None, remind_at__isnull=False),
            ),
        ),
        migrations.RunPython(plan_next_steps, migrations.RunPython.noop),
    ]
