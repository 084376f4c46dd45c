from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("equipment", "0001_stock_loans_and_devices")]

    operations = [migrations.AddField("equipmentvisit", "due_on", models.DateField(null=True))]
