"""A holiday enquiry that is taken back is told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_what_the_plan_tells"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="kind",
            field=models.CharField(
                choices=[
                    ("absence_reported", "Frånvaro anmäld"),
                    ("absence_ended", "Frånvaro avslutad"),
                    ("came_though_absent", "Kom trots anmäld frånvaro"),
                    ("arrived", "Lämnad"),
                    ("left", "Hämtad"),
                    ("identity_read", "Skyddade uppgifter lästa"),
                    ("pin_locked", "PIN-kod låst på en platta"),
                    ("plan_missing", "Nästa vecka saknar tider"),
                    ("planned_by_staff", "Personalen har ändrat barnets tider"),
                    ("day_closed", "Stängt en dag"),
                    ("day_opened", "En stängd dag är öppen igen"),
                    ("event_announced", "Något händer på förskolan"),
                    ("event_cancelled", "Något är inställt"),
                    ("enquiry_opened", "En fråga om lov"),
                    ("enquiry_unanswered", "En fråga om lov väntar på svar"),
                    ("enquiry_withdrawn", "En fråga om lov är återtagen"),
                    ("homes_proposed", "Ett förslag om två hem"),
                    ("homes_agreed", "Två hem är överenskomna"),
                ],
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="preference",
            name="kind",
            field=models.CharField(
                choices=[
                    ("absence_reported", "Frånvaro anmäld"),
                    ("absence_ended", "Frånvaro avslutad"),
                    ("came_though_absent", "Kom trots anmäld frånvaro"),
                    ("arrived", "Lämnad"),
                    ("left", "Hämtad"),
                    ("identity_read", "Skyddade uppgifter lästa"),
                    ("pin_locked", "PIN-kod låst på en platta"),
                    ("plan_missing", "Nästa vecka saknar tider"),
                    ("planned_by_staff", "Personalen har ändrat barnets tider"),
                    ("day_closed", "Stängt en dag"),
                    ("day_opened", "En stängd dag är öppen igen"),
                    ("event_announced", "Något händer på förskolan"),
                    ("event_cancelled", "Något är inställt"),
                    ("enquiry_opened", "En fråga om lov"),
                    ("enquiry_unanswered", "En fråga om lov väntar på svar"),
                    ("enquiry_withdrawn", "En fråga om lov är återtagen"),
                    ("homes_proposed", "Ett förslag om två hem"),
                    ("homes_agreed", "Två hem är överenskomna"),
                ],
                max_length=40,
            ),
        ),
    ]
