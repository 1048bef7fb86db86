"""Answers, yes or no, in the place of consents: each consent that was given is a yes. And what follows from them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.ids

PURPOSES = [
    ("department", "Dokumentation på avdelningen"),
    ("families", "Förskolans familjer"),
    ("print", "Tryck"),
    ("public", "Öppen webb"),
]


def base() -> list[tuple[str, models.Field]]:  # type: ignore[type-arg]  # of several kinds
    return [
        ("id", models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
        ("created_at", models.DateTimeField(auto_now_add=True)),
    ]


def person() -> models.Field:  # type: ignore[type-arg]  # as above
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0008_visible_before_days_of_places"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="consent", name="children_consent_one_in_force"),
        migrations.RenameField(model_name="consent", old_name="withdrawn_at", new_name="ended_at"),
        migrations.AddField(
            model_name="consent",
            name="ended_why",
            field=models.CharField(
                blank=True,
                choices=[("withdrawn", "Återkallat"), ("changed", "Ändrat till ja"), ("renewed", "Nytt svar")],
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="consent", name="says_yes", field=models.BooleanField(default=True), preserve_default=False
        ),
        migrations.AddField(model_name="consent", name="wording", field=models.TextField(blank=True)),
        migrations.AddField(model_name="consent", name="recorded_by", field=person()),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("says_yes", True), ("expires_on__isnull", True), _connector="OR"),
                name="children_consent_no_has_no_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("child", "purpose", "given_by"),
                name="children_consent_one_in_force",
            ),
        ),
        migrations.CreateModel(
            name="ConsentRule",
            fields=[
                *base(),
                ("purpose", models.CharField(choices=PURPOSES, max_length=20)),
                (
                    "needs",
                    models.CharField(
                        choices=[("one", "En vårdnadshavare"), ("both", "Alla vårdnadshavare")],
                        default="both",
                        max_length=10,
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(default=12)),
                ("is_asked", models.BooleanField(default=True)),
                ("made_by", person()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("months__gte", 1), ("months__lte", 60)), name="children_consentrule_holds"
                    )
                ],
                "indexes": [models.Index(fields=["purpose", "-created_at"], name="children_consentrule_latest")],
            },
        ),
        migrations.CreateModel(
            name="ShownChange",
            fields=[
                *base(),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="children.child"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
