from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0005_events_answered_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.CharField(max_length=20)),
                ("visitor", models.CharField(max_length=64)),
                ("hour", models.DateTimeField()),
                ("uses", models.PositiveIntegerField(default=0)),
            ],
            options={
                "indexes": [models.Index(fields=["hour"], name="form_use_by_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("form", "visitor", "hour"), name="form_use_counted_once")
                ],
            },
        ),
    ]
