from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0004_concerns'),
    ]

    operations = [
        migrations.AlterField(
            model_name='escalation',
            name='subject_kind',
            field=models.CharField(choices=[('referral', 'Referral'), ('episode', 'Episode'), ('call', 'Call back'), ('concern', 'Concern'), ('round', 'Chasing round')], max_length=10),
        ),
    ]
