"""What a timeline is narrowed by, and what of it is kept back, are read from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0004_choices_and_broken_glass")]

    operations = [
        migrations.AddIndex(
            model_name="timelineentry",
            index=models.Index(
                fields=["person", "sensitivity", "employer", "kind", "author_role"], name="timeline_choices"
            ),
        ),
    ]
