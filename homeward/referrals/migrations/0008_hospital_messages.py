from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0007_records_of_others'),
    ]

    operations = [
        migrations.AlterField(
            model_name='keptmessage',
            name='kind',
            field=models.CharField(blank=True, choices=[('bars', 'BaRS message (FHIR R4)'), ('nhs111_cda', 'NHS 111 report (CDA)'), ('nhs111_fhir', 'NHS 111 report (FHIR STU3)'), ('ers', 'e-RS request'), ('file', 'File of referrals'), ('record', 'Record of another system (FHIR)'), ('hospital', 'Stay in hospital (FHIR)'), ('ward_list', 'Ward list of a hospital')], max_length=12),
        ),
    ]
