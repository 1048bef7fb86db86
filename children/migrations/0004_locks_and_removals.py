from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("children", "0003_letters_for_work"),
    ]

    operations = [
        migrations.AddField(
            model_name="tablet",
            name="locks",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="registerrun",
            name="may_remove_many",
            field=models.BooleanField(default=False),
        ),
    ]
