"""Posts, their pictures, and what families thank for."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import portal.lib.crypto
import portal.lib.ids


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0008_visible_before_days_of_places"),
        ("documents", "0001_files"),
        ("messaging", "0003_bulletins"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "Utkast"),
                            ("publishing", "Publiceras"),
                            ("published", "Publicerat"),
                            ("withdrawn", "Återkallat"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("title", portal.lib.crypto.EncryptedTextField(blank=True, default="")),
                ("text", portal.lib.crypto.EncryptedTextField(blank=True, default="")),
                ("language", models.CharField(max_length=10)),
                ("is_for_all", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("leaves_at", models.DateTimeField(blank=True, null=True)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PostChild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ],
        ),
        migrations.CreateModel(
            name="PostGoal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            name="PostPicture",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("position", models.PositiveIntegerField()),
                ("alt", portal.lib.crypto.EncryptedTextField(blank=True, default="")),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="PostRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField()),
                ("hearted_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="PostRhythm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="PostThanks",
            fields=[
                (
                    "id",
                    models.UUIDField(default=portal.lib.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("text", portal.lib.crypto.EncryptedTextField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="incident",
            name="messaging_incident_of_one",
        ),
        migrations.AddField(
            model_name="post",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="department",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="children.department"
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="published_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="withdrawn_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="incident",
            name="post",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="incident", to="messaging.post"
            ),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("bulletin", None), ("message__isnull", False), ("post", None)),
                    models.Q(("bulletin__isnull", False), ("message", None), ("post", None)),
                    models.Q(("bulletin", None), ("message", None), ("post__isnull", False)),
                    _connector="OR",
                ),
                name="messaging_incident_of_one",
            ),
        ),
        migrations.AddField(
            model_name="postchild",
            name="child",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="children.child"),
        ),
        migrations.AddField(
            model_name="postchild",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="about", to="messaging.post"
            ),
        ),
        migrations.AddField(
            model_name="postgoal",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="goals", to="messaging.post"
            ),
        ),
        migrations.AddField(
            model_name="postpicture",
            name="file",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile"
            ),
        ),
        migrations.AddField(
            model_name="postpicture",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pictures", to="messaging.post"
            ),
        ),
        migrations.AddField(
            model_name="postread",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="postread",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="reads", to="messaging.post"
            ),
        ),
        migrations.AddField(
            model_name="postrhythm",
            name="department",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="children.department"
            ),
        ),
        migrations.AddField(
            model_name="postthanks",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="postthanks",
            name="post",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="thanks", to="messaging.post"
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["department", "-published_at"], name="messaging_post_by_department"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["-published_at", "-id"], name="messaging_post_newest"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(
                condition=models.Q(("state", "publishing")), fields=["leaves_at"], name="messaging_post_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("leaves_at", None), ("published_at", None), ("state", "draft"), ("withdrawn_at", None)),
                    models.Q(
                        ("leaves_at__isnull", False),
                        ("published_at", None),
                        ("state", "publishing"),
                        ("withdrawn_at", None),
                    ),
                    models.Q(
                        ("published_at__gte", models.F("leaves_at")), ("state", "published"), ("withdrawn_at", None)
                    ),
                    models.Q(
                        ("published_at__gte", models.F("leaves_at")),
                        ("state", "withdrawn"),
                        ("withdrawn_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="messaging_post_moments_of_its_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="postchild",
            constraint=models.UniqueConstraint(fields=("child", "post"), name="messaging_postchild_once"),
        ),
        migrations.AddConstraint(
            model_name="postgoal",
            constraint=models.UniqueConstraint(fields=("key", "post"), name="messaging_postgoal_once"),
        ),
        migrations.AddConstraint(
            model_name="postread",
            constraint=models.UniqueConstraint(fields=("post", "person"), name="messaging_postread_once"),
        ),
        migrations.AddConstraint(
            model_name="postthanks",
            constraint=models.UniqueConstraint(fields=("post", "person"), name="messaging_postthanks_once"),
        ),
    ]
