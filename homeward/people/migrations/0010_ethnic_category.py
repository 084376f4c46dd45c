"""Ethnic group, and who gave it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0009_details_to_decide'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='ethnic_category',
            field=models.CharField(blank=True, choices=[('A', 'White: British'), ('B', 'White: Irish'), ('C', 'White: any other White background'), ('D', 'Mixed: White and Black Caribbean'), ('E', 'Mixed: White and Black African'), ('F', 'Mixed: White and Asian'), ('G', 'Mixed: any other mixed background'), ('H', 'Asian or Asian British: Indian'), ('J', 'Asian or Asian British: Pakistani'), ('K', 'Asian or Asian British: Bangladeshi'), ('L', 'Asian or Asian British: any other Asian background'), ('M', 'Black or Black British: Caribbean'), ('N', 'Black or Black British: African'), ('P', 'Black or Black British: any other Black background'), ('R', 'Other ethnic groups: Chinese'), ('S', 'Other ethnic groups: any other ethnic group'), ('Z', 'Prefer not to say'), ('99', 'Not known')], default='', max_length=2),
        ),
        migrations.AddField(
            model_name='person',
            name='ethnic_category_by',
            field=models.CharField(blank=True, choices=[('self', 'The person said so themselves'), ('other', 'Somebody else: family, staff or another record')], default='', max_length=5),
        ),
    ]
