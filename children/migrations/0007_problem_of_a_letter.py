"""A letter's problem may be as long as that of everything else that goes out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("children", "0006_two_homes")]

    operations = [
        migrations.AlterField(
            model_name="letter",
            name="problem",
            field=models.CharField(blank=True, max_length=200),
        )
    ]
