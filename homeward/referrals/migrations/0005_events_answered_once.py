from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0004_saved_filters"),
    ]

    operations = [
        migrations.AddField(
            model_name="reply",
            name="caused_by",
            field=models.CharField(
                default="", help_text="The event it answers: referral-12 or episode-34", max_length=40
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(fields=("referral", "caused_by"), name="event_answered_once"),
        ),
    ]
