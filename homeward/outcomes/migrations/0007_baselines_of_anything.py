from django.db import migrations, models


class Migration(migrations.Migration):
    """A baseline may be of a kind of event, and not only of care."""

    dependencies = [("outcomes", "0006_baselines")]

    operations = [
        migrations.RenameField("baseline", "pathway_code", "of_what"),
        migrations.AlterField(
            "baseline",
            "of_what",
            models.CharField(max_length=100, help_text="The care, or the kind of event, that it is of"),
        ),
        migrations.AlterField(
            "baseline", "since", models.DateField(help_text="The day it changed, or from which it counts")
        ),
    ]
