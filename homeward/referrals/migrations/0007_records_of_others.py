from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0006_form_use'),
    ]

    operations = [
        migrations.AlterField(
            model_name='keptmessage',
            name='kind',
            field=models.CharField(blank=True, choices=[('bars', 'BaRS message (FHIR R4)'), ('nhs111_cda', 'NHS 111 report (CDA)'), ('nhs111_fhir', 'NHS 111 report (FHIR STU3)'), ('ers', 'e-RS request'), ('file', 'File of referrals'), ('record', 'Record of another system (FHIR)')], max_length=12),
        ),
        migrations.AlterField(
            model_name='keptmessage',
            name='outcome',
            field=models.CharField(choices=[('received', 'Received'), ('referral', 'Became a referral'), ('updated', 'Updated a referral'), ('withdrawn', 'Withdrew a referral'), ('repeated', 'Sent before, nothing changed'), ('refused', 'Refused'), ('filed', "Filed in a person's record")], default='received', max_length=10),
        ),
    ]
