"""The language in which somebody reads set phrases and notices."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_address_letters"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="reads_in",
            field=models.CharField(
                blank=True,
                choices=[
                    ("sv", "Svenska"),
                    ("en", "English"),
                    ("nb", "Norsk bokmål"),
                    ("fi", "Suomi"),
                    ("ar", "العربية"),
                    ("so", "Soomaali"),
                    ("pl", "Polski"),
                    ("uk", "Українська"),
                ],
                max_length=10,
            ),
        ),
    ]
