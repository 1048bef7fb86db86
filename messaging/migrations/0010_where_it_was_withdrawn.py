"""Where the children were of what was withdrawn is kept with it: they may be elsewhere when it is looked for."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def fill_in(apps, _schema_editor):
    """Say of each incident where its children were placed on its day; a backup placement wins."""
    place, child = apps.get_model("messaging", "IncidentPlace"), apps.get_model("children", "Child")
    incidents = apps.get_model("messaging", "Incident").objects
    thread_child = apps.get_model("messaging", "ThreadChild").objects
    bulletin_child = apps.get_model("messaging", "BulletinChild").objects
    ways = [apps.get_model("children", name).objects for name in ("BackupPlacement", "Placement")]
    for one in incidents.filter(post=None).select_related("message").defer("message__body", "subject"):
        day = timezone.localdate(one.created_at)
        if one.message_id:
            about = thread_child.filter(thread=one.message.thread_id).values("child")
        else:
            about = bulletin_child.filter(bulletin=one.bulletin_id).values("child")
        for child_id in child.objects.filter(pk__in=about).values_list("pk", flat=True):
            held = Q(child=child_id, starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day))
            found = (way.filter(held).values_list("department", flat=True).first() for way in ways)
            if department_id := next(filter(None, found), None):
                place.objects.create(incident=one, child_id=child_id, department_id=department_id)


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0008_visible_before_days_of_places"),
        ("messaging", "0009_bulletins_by_whom"),
    ]

    operations = [
        migrations.CreateModel(
            name="IncidentPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="children.child"
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="children.department"
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="places", to="messaging.incident"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("incident", "child", "department"), name="messaging_incidentplace_once"
                    )
                ],
            },
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
    ]
