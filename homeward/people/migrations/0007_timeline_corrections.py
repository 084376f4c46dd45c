"""Corrections are found by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0006_shared_links")]

    operations = [
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                condition=models.Q(("corrects__isnull", False)), fields=["corrects"], name="timeline_corrections"
            ),
        ),
    ]
