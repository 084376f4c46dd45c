from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_closed_returns")]

    operations = [
        migrations.CreateModel(
            name="TouchedRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("table_name", models.CharField(max_length=63)),
                ("row_number", models.BigIntegerField()),
                ("transaction_number", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["transaction_number"],
                        condition=models.Q(transaction_number__isnull=False),
                        name="touched_transaction",
                    )
                ],
            },
        ),
    ]
