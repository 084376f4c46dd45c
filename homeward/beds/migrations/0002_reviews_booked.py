import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("beds", "0001_beds_and_stays"), ("visits", "0006_group_clinics")]

    operations = [
        migrations.CreateModel(
            name="ReviewVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField()),
                (
                    "stay",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="review_visits", to="beds.bedstay"
                    ),
                ),
                (
                    "visit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="visits.visit"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("stay", "due_on"), name="bed_review_booked_once")],
            },
        ),
    ]
