"""Who wrote the last message is kept with its conversation, so that what is unread is counted from that row alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill_in(apps, _schema_editor):
    """Say of each conversation who wrote the message that left last."""
    said = apps.get_model("messaging", "Message").objects.filter(thread=OuterRef("pk"))
    last = said.filter(leaves_at__lte=OuterRef("last_at")).order_by("-leaves_at", "-pk")
    apps.get_model("messaging", "Thread").objects.exclude(last_at=None).update(
        last_by=Subquery(last.values("written_by")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("messaging", "0007_subject_of_what_was_withdrawn"),
    ]

    operations = [
        migrations.AddField(
            model_name="thread",
            name="last_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
