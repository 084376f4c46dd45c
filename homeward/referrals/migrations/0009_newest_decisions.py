from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("referrals", "0008_hospital_messages"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="referralevent",
            index=models.Index(fields=["-happened_at"], name="referral_event_newest"),
        ),
    ]
