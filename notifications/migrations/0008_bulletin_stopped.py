"""One more kind of notice: a bulletin did not leave, because whoever sent it may write there no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0007_quiet_hours"),
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
                    ("message_received", "Ett nytt meddelande"),
                    ("message_withdrawn", "Ett meddelande är återkallat"),
                    ("thread_assigned", "Ett samtal är ditt att svara på"),
                    ("bulletin_published", "Ett anslag"),
                    ("bulletin_to_confirm", "Ett anslag att bekräfta"),
                    ("bulletin_stopped", "Ett anslag gick inte ut"),
                    ("post_published", "Ett inlägg"),
                    ("post_thanked", "Ett tack från en familj"),
                    ("picture_damaged", "En bild gick inte att läsa"),
                    ("department_quiet", "Dags för ett inlägg"),
                    ("digest", "Kvällens sammanfattning"),
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
                    ("message_received", "Ett nytt meddelande"),
                    ("message_withdrawn", "Ett meddelande är återkallat"),
                    ("thread_assigned", "Ett samtal är ditt att svara på"),
                    ("bulletin_published", "Ett anslag"),
                    ("bulletin_to_confirm", "Ett anslag att bekräfta"),
                    ("bulletin_stopped", "Ett anslag gick inte ut"),
                    ("post_published", "Ett inlägg"),
                    ("post_thanked", "Ett tack från en familj"),
                    ("picture_damaged", "En bild gick inte att läsa"),
                    ("department_quiet", "Dags för ett inlägg"),
                    ("digest", "Kvällens sammanfattning"),
                ],
                max_length=40,
            ),
        ),
    ]
